import { UserError } from "@smidgen/errors";
import { graphBuilder, tensorOf, type TensorId } from "@smidgen/graph";
import { loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import fc from "fast-check";
import { expect, test } from "vitest";

const shape = [4, 3, 5];

const slices = fc.record({
  dimensions: fc.array(
    fc.record({
      begin: fc.integer({ min: -7, max: 7 }),
      end: fc.integer({ min: -7, max: 7 }),
      stride: fc.constantFrom(-3, -2, -1, 1, 2, 3),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  beginMask: fc.integer({ min: 0, max: 7 }),
  endMask: fc.integer({ min: 0, max: 7 }),
  shrinkAxisMask: fc.integer({ min: 0, max: 7 }),
});

test(
  "any strided slice has the shape that TensorFlow Lite gives it",
  { timeout: 300_000 },
  async () => {
    const b = graphBuilder("strided slices");
    const x = b.input("x", { type: "float32", shape });
    const outputs: TensorId[] = [];
    const given = fc.sample(slices, { seed: 1, numRuns: 1000 });
    for (const [i, { dimensions, ...masks }] of given.entries()) {
      const ints = (name: string, values: readonly number[]) =>
        b.constant(`${name} ${i}`, {
          type: "int32",
          shape: [values.length],
          data: Int32Array.from(values),
        });
      const operands = [
        x,
        ints(
          "begin",
          dimensions.map(({ begin }) => begin),
        ),
        ints(
          "end",
          dimensions.map(({ end }) => end),
        ),
        ints(
          "strides",
          dimensions.map(({ stride }) => stride),
        ),
      ] as const;
      const options = { ...masks, ellipsisMask: 0, newAxisMask: 0, offset: false };
      try {
        const output = { name: `output ${i}`, type: "float32" } as const;
        outputs.push(b.op("strided-slice", operands, options, output));
      } catch (error) {
        // Nothing is left, or a cell is outside.
        if (!(error instanceof UserError)) throw error;
      }
    }
    expect(outputs.length).toBeGreaterThan(100);
    const graph = b.build(outputs);
    const model = await loadTfliteRuntime(writeTflite(graph));
    expect(model.outputs.map((output) => output.shape)).toEqual(
      outputs.map((id) => tensorOf(graph, id).shape),
    );
  },
);
