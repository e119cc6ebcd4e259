import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AffineFloats, quantizeAffine as quantizeTo } from "../src/quantize-affine.ts";
import type { Converter } from "../src/scheme.ts";

const quantizeAffine = (floats: AffineFloats, converter: Converter = "classic") =>
  quantizeTo(floats, { largestWeight: 127, biasType: "int32", converter });

const dense = (rows: readonly (readonly number[])[], bias?: readonly number[]): AffineFloats => ({
  weights: Float32Array.from(rows.flat()),
  shape: [rows.length, rows[0]?.length ?? 0],
  channelAxis: undefined,
  bias: bias && Float32Array.from(bias),
  inputScale: 1,
});

test("weights are divided by the largest magnitude over 127, and halves go away from zero", () => {
  const { weights, weightsQuantization } = quantizeAffine(
    dense([
      [127, 0.5, -0.5],
      [-2.5, 126.5, -126.499],
    ]),
  );
  expect(weightsQuantization).toEqual({ kind: "per-tensor", scale: 1, zeroPoint: 0 });
  expect([...weights]).toEqual([127, 1, -1, -3, 127, -126]);
});

test("biases have the scale of input times weights, and halves go away from zero", () => {
  const floats = dense([[127], [-127], [1]], [1.25, -1.25, 1e6]);
  const { bias, biasQuantization } = quantizeAffine({ ...floats, inputScale: 0.5 });
  expect(biasQuantization).toEqual({ kind: "per-tensor", scale: 0.5, zeroPoint: 0 });
  expect([...(bias ?? [])]).toEqual([3, -3, 2_000_000]);
});

test.each([
  // axis, shape, weights and what they become: the largest of each slice is 127 or −127
  [0, [2, 1, 1, 2], [2, -1, 0.5, 0.1], [127, -64, 127, 25], [2, 0.5]],
  [3, [1, 1, 2, 2], [2, -1, 0.4, 0.4], [127, -127, 25, 51], [2, 1]],
])(
  "along axis %d each slice has a scale of its own",
  (channelAxis, shape, real, stored, largest) => {
    const { weights, weightsQuantization, biasQuantization } = quantizeAffine({
      weights: Float32Array.from(real),
      shape,
      channelAxis,
      bias: undefined,
      inputScale: 0.25,
    });
    expect([...weights]).toEqual(stored);
    const scales = largest.map((magnitude) => Math.fround(magnitude / 127));
    expect(weightsQuantization).toEqual({ kind: "per-axis", axis: channelAxis, scales });
    expect(biasQuantization).toEqual({
      kind: "per-axis",
      axis: 0,
      scales: scales.map((scale) => scale / 4),
    });
  },
);

describe.each([
  ["one scale for all, classic", undefined, "classic"],
  ["a scale per channel, classic", 0, "classic"],
  ["one scale for all, mlir", undefined, "mlir"],
  ["a scale per channel, mlir", 0, "mlir"],
] as const)("with %s", (_, channelAxis, converter) => {
  test.each([
    ["all zero", [0, 0], 0],
    ["as small as 1e-30", [1e-30, -1e-30], 0],
    ["as small as 1e-38, next to a bias", [1e-38, 0], 0.5],
    ["as large as 1e30", [1e30, -1e29], 1e25],
    ["ordinary, next to an enormous bias", [0.1, -0.05], 1e9],
    ["small, next to a bias that does not fit", [1e-4, -1e-5], 1e6],
  ])("weights that are %s keep their values within half a step", (__, row, bias) => {
    const weights = Float32Array.from(row);
    const floats = {
      weights,
      shape: [1, 2],
      channelAxis,
      bias: Float32Array.of(bias),
      inputScale: Math.fround(0.004),
    };
    const integers = quantizeAffine(floats, converter);
    const [scale] = scalesOf(integers.weightsQuantization);
    const [biasScale] = scalesOf(integers.biasQuantization);
    expect(scale).toBeGreaterThan(converter === "mlir" ? 3e-9 : 0);
    expect(biasScale).toBe(Math.fround(floats.inputScale * (scale ?? 0)));
    for (const [i, q] of integers.weights.entries()) {
      expect(Math.abs(q * (scale ?? 0) - (weights[i] ?? 0))).toBeLessThanOrEqual(
        (scale ?? 0) * 0.50001,
      );
    }
    const q = integers.bias?.[0] ?? Number.NaN;
    expect(Math.abs(q)).toBeLessThan(2 ** 30 * 1.000_001);
    // Half a step, and what float32 loses: the reciprocal and the product are each rounded.
    const tolerance = (biasScale ?? 0) / 2 + Math.abs(bias) * 2 ** -22;
    expect(Math.abs(q * (biasScale ?? 0) - Math.fround(bias))).toBeLessThanOrEqual(tolerance);
  });
});

test("every weight is at most half a step off, whatever the weights, biases and input", () => {
  const real = (limit: number) =>
    fc.float({ min: Math.fround(-limit), max: Math.fround(limit), noNaN: true });
  const channels = 3;
  fc.assert(
    fc.property(
      fc.array(real(1e6), { minLength: 6, maxLength: 6 }),
      fc.array(real(1e9), { minLength: channels, maxLength: channels }),
      fc.float({ min: Math.fround(8e-9), max: 1e6, noNaN: true }),
      fc.constantFrom(undefined, 0),
      fc.constantFrom("classic", "mlir"),
      (weights, bias, inputScale, channelAxis, converter) => {
        const floats = {
          weights: Float32Array.from(weights),
          shape: [channels, 2],
          channelAxis,
          bias: Float32Array.from(bias),
          inputScale,
        };
        const integers = quantizeAffine(floats, converter);
        const scales = scalesOf(integers.weightsQuantization);
        const biasScales = scalesOf(integers.biasQuantization);
        for (const [i, weight] of weights.entries()) {
          const scale = scales[channelAxis === undefined ? 0 : Math.floor(i / 2)] ?? 0;
          const q = integers.weights[i] ?? Number.NaN;
          expect(q).toBeGreaterThanOrEqual(-127);
          expect(Math.abs(q * scale - weight)).toBeLessThanOrEqual(scale * 0.50002);
        }
        for (const [channel, value] of bias.entries()) {
          const scale = biasScales[channelAxis === undefined ? 0 : channel] ?? 0;
          const q = integers.bias?.[channel] ?? Number.NaN;
          expect(Math.abs(q)).toBeLessThan(2 ** 30 * 1.000_001);
          const tolerance = scale / 2 + Math.abs(value) * 2 ** -22;
          expect(Math.abs(q * scale - value)).toBeLessThanOrEqual(tolerance);
        }
      },
    ),
  );
});

function scalesOf(quantization: ReturnType<typeof quantizeAffine>["weightsQuantization"]) {
  return quantization.kind === "per-tensor" ? [quantization.scale] : quantization.scales;
}
