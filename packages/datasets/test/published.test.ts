import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  generateDigits,
  loadDataset,
  take,
  toFloat32,
  writeIdx,
  type Examples,
} from "@smidgen/datasets";
import { announceSkipped, sharedFolder } from "@smidgen/testing";
import { describe, expect, test } from "vitest";
import { nearestNeighbourAccuracy } from "./nearest-neighbour.ts";

const data = sharedFolder("SMIDGEN_DATA_DIR", "data") ?? "";
const mnist = firstThatExists(join(data, "mnist"), data);
const debian = "/usr/share/datasets/fashion-mnist"; // from the package dataset-fashion-mnist
const fashionMnist = firstThatExists(join(data, "fashion-mnist"), debian);

/** Facts from elsewhere: MD5 of the uncompressed files, first labels, mean of the training pixels. */
const published = [
  {
    name: "mnist",
    directory: mnist,
    md5: {
      trainImages: "6bbc9ace898e44ae57da46a324031adb",
      trainLabels: "a25bea736e30d166cdddb491f175f624",
      testImages: "2646ac647ad5339dbf082846283269ea",
      testLabels: "27ae3e4e09519cfbb04c329615203637",
    },
    firstLabels: [5, 0, 4, 1, 9],
    mean: 0.1307, // Normalize((0.1307,), …) in mnist/main.py of pytorch/examples
  },
  {
    name: "fashion-mnist",
    directory: fashionMnist,
    md5: {
      trainImages: "f4a8712d7a061bf5bd6d2ca38dc4d50a",
      trainLabels: "9018921c3c673c538a1fc5bad174d6f9",
      testImages: "8181f5470baa50b63fa0f6fddb340f0a",
      testLabels: "15d484375f8d13e6eb1aabb0c3f46965",
    },
    firstLabels: [9, 0, 0, 3, 0],
    mean: 0.286,
  },
] as const;

const why = "(needs the files: see SMIDGEN_DATA_DIR in the README)";

describe.each(published)("the published $name $directory", ({ name, directory, ...facts }) => {
  const slow = { timeout: 300_000 };
  test.skipIf(directory === undefined)(`is read to the last bit ${why}`, slow, async () => {
    const dataset = await loadDataset({ name, directory: directory! });
    expect(dataset.source.isPublished).toBe(true);
    expect([dataset.train.count, dataset.test.count]).toEqual([60_000, 10_000]);
    expect([...dataset.train.labels.subarray(0, 5)]).toEqual(facts.firstLabels);
    expect(mean(toFloat32(dataset.train))).toBeCloseTo(facts.mean, 3);
    expect({
      trainImages: md5OfImages(dataset.train),
      trainLabels: md5OfLabels(dataset.train),
      testImages: md5OfImages(dataset.test),
      testLabels: md5OfLabels(dataset.test),
    }).toEqual(facts.md5);
  });
  if (directory === undefined) {
    announceSkipped(`reading the published ${name}`, "Set SMIDGEN_DATA_DIR to where it is.");
  }
});

test.skipIf(mnist === undefined)(
  `who has seen only drawn digits can read handwritten ones ${why}`,
  { timeout: 300_000 },
  async () => {
    const handwritten = await loadDataset({ name: "mnist", directory: mnist! });
    const drawn = generateDigits({ seed: 1, trainCount: 2000, testCount: 0 });
    // Guessing gives 0.1.
    const accuracy = nearestNeighbourAccuracy(drawn.train, take(handwritten.test, 0, 500));
    expect(accuracy).toBeGreaterThan(0.7);
  },
);
if (mnist === undefined) {
  announceSkipped("drawn digits against MNIST", "Set SMIDGEN_DATA_DIR to where MNIST is.");
}

function firstThatExists(...directories: readonly string[]): string | undefined {
  const file = "train-images-idx3-ubyte";
  return directories.find((directory) =>
    [file, `${file}.gz`].some((name) => existsSync(join(directory, name))),
  );
}

function md5OfImages({ count, shape: [height, width], images }: Examples): string {
  return md5(writeIdx({ type: "uint8", shape: [count, height, width], data: images }));
}

function md5OfLabels({ count, labels }: Examples): string {
  return md5(writeIdx({ type: "uint8", shape: [count], data: labels }));
}

function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
