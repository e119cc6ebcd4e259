import { describe, expect, test } from "vitest";
import { goldenModels, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { readTflite, repackTflite, writeTflite } from "@smidgen/tflite";
import { denseGraph, everyOperatorGraph } from "./example-graphs.ts";

const runtimes = [
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
];
const golden = goldenModels();
/** Loading a runtime takes a second or so on a busy machine. */
const patience = 300_000;

describe.each(runtimes)("$runtime", ({ runtime, load }) => {
  test("takes a dense layer as we write it", { timeout: patience }, async () => {
    const loaded = await load(writeTflite(denseGraph()));
    const [output] = loaded.run([Float32Array.of(1, 10, 100)]);
    expect(floats(output)).toEqual([321.5, 0]);
  });

  test(
    "takes every operator as we write it, and computes finite numbers",
    { timeout: patience },
    async () => {
      const loaded = await load(writeTflite(everyOperatorGraph()));
      const outputs = loaded.run([Float32Array.from({ length: 192 }, (_, i) => Math.sin(i))]);
      expect(outputs.map((output) => floats(output).length)).toEqual([6, 6]);
      expect(outputs.flatMap(floats).every(Number.isFinite)).toBe(true);
      const sums = [0, 2, 4]
        .map((i) => floats(outputs[0]).slice(i, i + 2))
        .map(([a = 0, b = 0]) => a + b);
      for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    },
  );

  const loadable = golden.filter(({ meta }) => !(meta.stateful && runtime === "LiteRT"));
  test.for(loadable)(
    "computes the same bits from $name as it was, as we write it, and repacked",
    { timeout: patience },
    async ({ model, file, meta }) => {
      const inputs = file("inputs.bin") as Uint8Array;
      const bytes = inputs.length / meta.samples;
      const samples = Array.from({ length: meta.samples }, (_, i) =>
        inputs.slice(i * bytes, (i + 1) * bytes),
      );
      const outputsOf = async (bytesOfModel: Uint8Array) => {
        const loaded = await load(bytesOfModel);
        return samples.map((sample) => loaded.run([sample]));
      };
      const small = repackTflite(model, { names: "drop", minMax: "drop", descriptions: "drop" });
      const expected = await outputsOf(model);
      expect(await outputsOf(small.bytes)).toEqual(expected);
      expect(await outputsOf(writeTflite(readTflite(model)))).toEqual(expected);
    },
  );
});

function floats(bytes: Uint8Array | undefined): readonly number[] {
  return [...new Float32Array((bytes as Uint8Array).slice().buffer)];
}
