import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { goldenModels } from "@smidgen/testing";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { denseGraph, everyOperatorGraph } from "./example-graphs.ts";

const dense = writeTflite(denseGraph());
const everyOperator = writeTflite(everyOperatorGraph());
const small = [
  { name: "dense.tflite", model: dense },
  { name: "every-operator.tflite", model: everyOperator },
  ...goldenModels().filter(({ model }) => model.length < 5000),
];

test("a file without the identifier is refused, with its name and what is there instead", () => {
  expect(() => readTflite(new Uint8Array(3), { name: "a.tflite" })).toThrow(
    expect.objectContaining({
      code: "not-tflite",
      message: "a.tflite is not a TensorFlow Lite model: it has 3 bytes",
    }),
  );
  expect(() => readTflite(new TextEncoder().encode("<!doctype html>"))).toThrow(
    "bytes 4 to 7 are 0x63 0x74 0x79 0x70",
  );
});

describe.each(small)("$name", ({ name, model }) => {
  const whole = outcome(model);

  test("cut anywhere, it is refused by name, or only padding is missing", () => {
    for (let length = 0; length < model.length; length++) {
      const result = outcome(model.subarray(0, length), name);
      const isNamed = result instanceof UserError && result.message.startsWith(`${name} `);
      expect(isNamed || isDeepStrictEqual(result, whole), `cut at ${length}`).toBe(true);
    }
  });

  test("with any bits flipped, it is read or refused", () => {
    const flips = fc.array(fc.integer({ min: 0, max: 8 * model.length - 1 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flips, (bits) => {
        const damaged = model.slice();
        for (const bit of bits)
          damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => outcome(damaged)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});

test("a file as we write it has no padding at its end: cut by a byte, it is refused", () => {
  for (const model of [dense, everyOperator]) {
    expect(outcome(model.subarray(0, -1))).toMatchObject({ code: "truncated-file" });
  }
});

/** The graph, or the UserError. Any other error fails the test. */
function outcome(bytes: Uint8Array, name?: string): unknown {
  try {
    return readTflite(bytes, name === undefined ? {} : { name });
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
