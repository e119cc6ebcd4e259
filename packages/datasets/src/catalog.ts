import type { DatasetName, ImageShape } from "./dataset.ts";

/** The datasets that exist as four IDX files: what is in them, and where they can be had. */
export type Catalog = Readonly<Record<FileDatasetName, CatalogRow>>;

export type FileDatasetName = Exclude<DatasetName, "digits">;

export interface CatalogRow {
  readonly title: string;
  readonly classes: readonly string[];
  readonly imageShape: ImageShape;
  /** Each holds every file as `<mirror><file name>.gz`; tried in this order. */
  readonly mirrors: readonly string[];
  readonly files: Readonly<Record<FileRole, CatalogFile>>;
  /** What may stand in for it where it cannot be had: a dataset with the same classes. */
  readonly fallback?: "digits";
}

export type FileRole = (typeof fileRoles)[number];

export const fileRoles = ["trainImages", "trainLabels", "testImages", "testLabels"] as const;

export interface CatalogFile {
  /** Without `.gz`. */
  readonly name: string;
  /** Of the uncompressed content: mirrors compress differently. */
  readonly contentBytes: number;
  /** Of the uncompressed content, lower-case hex. */
  readonly sha256: string;
}

/**
 * MNIST. Mirrors: `MNIST.mirrors` in torchvision/datasets/mnist.py, and README.md of
 * cvdfoundation/mnist. The digests are of files whose MD5 is the published one: 6bbc9ace…, a25bea73…,
 * 2646ac64…, 27ae3e4e… (uncompressed).
 *
 * Fashion-MNIST, as revised in 2017 (the first edition had duplicates). Mirrors: `load_data` in
 * keras/src/datasets/fashion_mnist.py, then the repository and the bucket that README.md of
 * zalandoresearch/fashion-mnist names. The digests are of Debian's package `dataset-fashion-mnist`
 * (which packs the files of that repository anew); the label files of the repository itself, with
 * the MD5 in its README, have the same.
 */
export const catalog: Catalog = {
  mnist: {
    title: "MNIST",
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    imageShape: [28, 28, 1],
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: {
      trainImages: {
        name: "train-images-idx3-ubyte",
        contentBytes: 47_040_016,
        sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      },
      trainLabels: {
        name: "train-labels-idx1-ubyte",
        contentBytes: 60_008,
        sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      },
      testImages: {
        name: "t10k-images-idx3-ubyte",
        contentBytes: 7_840_016,
        sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      },
      testLabels: {
        name: "t10k-labels-idx1-ubyte",
        contentBytes: 10_008,
        sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
      },
    },
    fallback: "digits",
  },
  "fashion-mnist": {
    title: "Fashion-MNIST",
    classes: [
      "T-shirt/top",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot",
    ],
    imageShape: [28, 28, 1],
    mirrors: [
      "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ],
    files: {
      trainImages: {
        name: "train-images-idx3-ubyte",
        contentBytes: 47_040_016,
        sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      },
      trainLabels: {
        name: "train-labels-idx1-ubyte",
        contentBytes: 60_008,
        sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      },
      testImages: {
        name: "t10k-images-idx3-ubyte",
        contentBytes: 7_840_016,
        sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      },
      testLabels: {
        name: "t10k-labels-idx1-ubyte",
        contentBytes: 10_008,
        sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
      },
    },
  },
};
