import { describe, expect, test } from "vitest";
import { goldenModels, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";

// The golden outputs come from double rounding, both runtimes round once; a softmax hides most of that.
const models = goldenModels().filter(({ name }) => name.startsWith("s_"));

describe.skipIf(models.length === 0)("the official runtimes run in plain Node", () => {
  for (const [runtime, load] of [
    ["TensorFlow Lite", loadTfliteRuntime],
    ["LiteRT", loadLiteRt],
  ] as const) {
    test.each(models)(`${runtime} runs $name`, async ({ model, file }) => {
      const loaded = await load(model);
      const inputs = file("inputs_smooth.bin") as Uint8Array;
      const outputs = file("outputs_smooth.bin") as Uint8Array;
      const [output] = loaded.run([inputs.subarray(0, 784)]);
      const expected = new Int8Array(outputs.slice(0, 10).buffer);
      const distances = new Int8Array((output as Uint8Array<ArrayBuffer>).buffer).map((value, i) =>
        Math.abs(value - (expected[i] as number)),
      );
      expect(Math.max(...distances)).toBeLessThanOrEqual(1);
      expect(loaded.inputs[0]).toMatchObject({ type: expect.stringMatching(/^int8$/i) });
    });

    test(`${runtime} rejects what is not a model`, async () => {
      await expect(load(new Uint8Array(64))).rejects.toThrow(/TensorFlow Lite|ERROR|model/i);
    });
  }
});
