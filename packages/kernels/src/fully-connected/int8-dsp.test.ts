import fc from "fast-check";
import { expect, test } from "vitest";
import { fullyConnectedInt8Dsp } from "./int8-dsp.ts";
import type { FullyConnectedInt8Params } from "./int8.ts";

const layer = (filter: Int8Array, units: number, bias = 0): FullyConnectedInt8Params => ({
  batches: 1,
  depth: filter.length / units,
  units,
  filter,
  bias: new Int32Array(units).fill(bias),
  multiplier: new Int32Array(units).fill(2 ** 30),
  shift: new Int8Array(units).fill(-9),
  singleRounding: 0,
  outputZeroPoint: 3,
  activationMin: -128,
  activationMax: 127,
});

test("every word of weights makes four products with the inputs that it is multiplied by", () => {
  const filter = (length: number) =>
    fc.int8Array({ min: -127, minLength: length, maxLength: length });
  const layers = fc
    .record({ units: fc.integer({ min: 1, max: 9 }), depth: fc.integer({ min: 1, max: 13 }) })
    .chain(({ units, depth }) =>
      fc.record({
        units: fc.constant(units),
        filter: filter(units * depth),
        input: fc.int8Array({ minLength: depth, maxLength: depth }),
      }),
    );
  fc.assert(
    fc.property(layers, ({ units, filter: weights, input }) => {
      const depth = input.length;
      const words = Math.ceil(depth / 4);
      const { params } = fullyConnectedInt8Dsp(layer(weights, units, 1000))!;
      const packed = params["weights"] as Int32Array;
      const { twice_bias: bias } = params["requantization"] as { twice_bias: Int32Array };
      for (let unit = 0; unit < units; unit++) {
        const first = unit - (unit % 4);
        const together = units - first < 4 ? 1 : 4;
        let sum = 0;
        for (let word = 0; word < words; word++) {
          const start =
            together === 4 ? first * words + word * 4 + unit - first : unit * words + word;
          sum += wordProducts(packed[start]!, input.subarray(word * 4, word * 4 + 4));
        }
        const expected = input.reduce(
          (total, x, i) => total + x * weights[unit * depth + i]!,
          1000,
        );
        expect(bias[unit]! / 2 + sum / 256).toBe(expected);
      }
    }),
  );
});

/** As the comment on `fully_connected_int8_dsp.h` has it. */
function wordProducts(word: number, [p = 0, q = 0, r = 0, s = 0]: Int8Array): number {
  const half = (value: number, x: number, y: number) => {
    const low = (value << 24) >> 24;
    const high = (value << 16) >> 16;
    return high * (x - 127) + low * (256 * y + 127 - x);
  };
  return half(word, p, q) + half(word >> 16, r, s);
}

test("rows that 24 bits cannot hold are summed in runs that they can", () => {
  const runOf = (weight: number, depth: number) => {
    const packed = fullyConnectedInt8Dsp(layer(new Int8Array(depth).fill(weight), 1));
    return packed?.params["run"];
  };
  expect(runOf(10, 400)).toBe(400);
  // A pair of weights of 127 takes 127 · 255 + 127 · 128 of 2²³ at most.
  expect(runOf(127, 344)).toBe(344);
  expect(runOf(127, 348)).toBe(176);
});

test("what would not be exact is left to the portable twin", () => {
  expect(fullyConnectedInt8Dsp(layer(Int8Array.of(-128, 1), 1))).toBeDefined();
  expect(fullyConnectedInt8Dsp(layer(Int8Array.of(-128, -1), 1))).toBeUndefined();
  const larger = { ...layer(Int8Array.of(1), 1), shift: Int8Array.of(1) };
  expect(fullyConnectedInt8Dsp(larger)).toBeUndefined();
});
