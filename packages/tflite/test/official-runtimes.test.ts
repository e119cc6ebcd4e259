import { describe, expect, test } from "vitest";
import { goldenModels, loadLiteRt, loadTfliteRuntime, type OfficialModel } from "@smidgen/testing";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { denseGraph, everyOperatorGraph } from "./example-graphs.ts";

const runtimes = [
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
];
const readable = goldenModels().filter(({ name }) => !/lstm|scrambled/.test(name));

describe.each(runtimes)("$runtime", ({ load }) => {
  test("takes a dense layer as we write it", async () => {
    const runtime = await load(writeTflite(denseGraph()));
    const [output] = runtime.run([Float32Array.of(1, 10, 100)]);
    expect(floats(output)).toEqual([321.5, 0]);
  });

  test("takes every operator as we write it, and computes finite numbers", async () => {
    const runtime = await load(writeTflite(everyOperatorGraph()));
    const outputs = runtime.run([Float32Array.from({ length: 192 }, (_, i) => Math.sin(i))]);
    expect(outputs.map((output) => floats(output).length)).toEqual([6, 6]);
    expect(outputs.flatMap(floats).every(Number.isFinite)).toBe(true);
    const sums = [0, 2, 4]
      .map((i) => floats(outputs[0]).slice(i, i + 2))
      .map(([a = 0, b = 0]) => a + b);
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
  });

  test.for(readable)(
    "computes the same from $name as it was and as we write it",
    async ({ model, file, meta }) => {
      const inputs = file("inputs.bin") as Uint8Array;
      const bytes = inputs.length / meta.samples;
      const results = [];
      for (const bytesOfModel of [model, writeTflite(readTflite(model))]) {
        const runtime: OfficialModel = await load(bytesOfModel);
        results.push(
          Array.from({ length: meta.samples }, (_, i) =>
            runtime.run([inputs.slice(i * bytes, (i + 1) * bytes)]),
          ),
        );
      }
      expect(results[1]).toEqual(results[0]);
    },
  );
});

function floats(bytes: Uint8Array | undefined): readonly number[] {
  return [...new Float32Array((bytes as Uint8Array).slice().buffer)];
}
