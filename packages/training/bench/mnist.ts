import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Examples } from "@smidgen/training";

/**
 * MNIST from `SMIDGEN_DATA_DIR/mnist`, the four files as they are distributed.
 *
 * A bench cannot wait for a cache or a download, so it reads the files itself.
 */
export function readMnist(): { train: Examples; test: Examples } {
  const directory = process.env["SMIDGEN_DATA_DIR"];
  if (directory === undefined)
    throw new Error("set SMIDGEN_DATA_DIR to the folder that has mnist/");
  return {
    train: read(join(directory, "mnist", "train"), 60_000),
    test: read(join(directory, "mnist", "t10k"), 10_000),
  };
}

function read(prefix: string, count: number): Examples {
  const images = gunzipSync(readFileSync(`${prefix}-images-idx3-ubyte.gz`)).subarray(16);
  const labels = gunzipSync(readFileSync(`${prefix}-labels-idx1-ubyte.gz`)).subarray(8);
  return { count, shape: [28, 28, 1], images, labels };
}
