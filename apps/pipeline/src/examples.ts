import { readFile } from "node:fs/promises";
import { type Examples, type ImageShape, readIdx } from "@smidgen/datasets";
import type { Stage } from "./stage.ts";

/** The examples that `stage:dataset` kept. */
export async function readExamples(stage: Stage, part: "train" | "test"): Promise<Examples> {
  const [images, labels] = await Promise.all(
    ["images", "labels"].map(async (kind) => {
      const file = `${part}-${kind}.idx`;
      return readIdx(await readFile(await stage.result("dataset", file)), file);
    }),
  );
  const [count, ...shape] = images?.shape ?? [];
  return {
    count: count as number,
    shape: shape as unknown as ImageShape,
    images: images?.data as Uint8Array,
    labels: labels?.data as Uint8Array,
  };
}
