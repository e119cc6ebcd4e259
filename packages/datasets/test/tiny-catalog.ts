import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import {
  catalog,
  writeIdx,
  type Catalog,
  type CatalogFile,
  type CatalogRow,
} from "@smidgen/datasets";

/** Six training images and three test images, as the four files of a dataset. */
export interface TinyDataset {
  /** Plain, by file name. */
  readonly plain: ReadonlyMap<string, Uint8Array>;
  /** Compressed, by path on a mirror. */
  readonly served: ReadonlyMap<string, Buffer>;
  readonly row: CatalogRow;
}

/** `variant` changes the pixels: another variant is another dataset with the same file names. */
export function tinyDataset(
  title: string,
  variant: number,
  mirrors: readonly string[],
): TinyDataset {
  const plain = new Map<string, Uint8Array>();
  const file = (name: string, bytes: Uint8Array): CatalogFile => {
    plain.set(name, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { name, contentBytes: bytes.length, sha256 };
  };
  const images = (count: number, seed: number): Uint8Array =>
    writeIdx({
      type: "uint8",
      shape: [count, 28, 28],
      data: noise(count * 784, seed),
    });
  const labels = (...data: number[]): Uint8Array =>
    writeIdx({ type: "uint8", shape: [data.length], data: Uint8Array.from(data) });
  const row: CatalogRow = {
    ...catalog.mnist,
    title,
    mirrors,
    files: {
      trainImages: file("train-images-idx3-ubyte", images(6, 2 * variant + 1)),
      trainLabels: file("train-labels-idx1-ubyte", labels(5, 0, 4, 1, 9, variant)),
      testImages: file("t10k-images-idx3-ubyte", images(3, 2 * variant + 2)),
      testLabels: file("t10k-labels-idx1-ubyte", labels(7, 2, variant)),
    },
  };
  const served = new Map(
    [...plain].map(([name, bytes]): [string, Buffer] => [`/${name}.gz`, gzipSync(bytes)]),
  );
  return { plain, served, row };
}

/** A catalog in which MNIST is tiny and comes from these mirrors. */
export function tinyCatalog(...mirrors: readonly string[]): Catalog {
  const { fallback: _, ...fashion } = tinyDataset("Tiny Fashion", 2, mirrors).row;
  return { mnist: tinyDataset("Tiny", 1, mirrors).row, "fashion-mnist": fashion };
}

export const tiny = tinyDataset("Tiny", 1, []);

/** Bytes that do not compress. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return state >>> 24;
  });
}
