import { expect, test } from "vitest";
import { packDspRequantization, settleConstants, sumRange } from "./dsp-requantization.ts";
import { scale } from "./fixed-point.ts";

const output = (bias: number, multiplier: number, shift: number) => ({
  bias: Int32Array.of(bias),
  multiplier: Int32Array.of(multiplier),
  shift: Int8Array.of(shift),
  singleRounding: 0,
  outputZeroPoint: -20,
  activationMin: -128,
  activationMax: 127,
});

const settle = (params: ReturnType<typeof output>) =>
  settleConstants(params, [Int8Array.of(3, -2)]);
const canPack = ({ params, rows }: ReturnType<typeof settle>) =>
  packDspRequantization(
    params,
    rows.map((row) => sumRange(row)),
  ) !== undefined;

test.each([
  // A bias of 2³⁰ in a scale of 2⁻²⁸, as dead channels have it, and values on both sides of zero.
  [2 ** 30, 1_320_764_593, -27],
  [-(2 ** 30), 1_171_292_447, -26],
  [2 ** 30, 0, 0],
  [-1234, 2 ** 31 - 1, -31],
])(
  "an output that is always the same, of bias %i, becomes a constant",
  (bias, multiplier, shift) => {
    const settled = settle(output(bias, multiplier, shift));
    expect(settled.rows).toEqual([Int8Array.of(0, 0)]);
    expect(canPack(settled)).toBe(true);
    const { params } = settled;
    expect(scale(params.bias[0]!, params.multiplier[0]!, params.shift[0]!)).toBe(
      scale(bias, multiplier, shift),
    );
  },
);

test("an output beyond the range of the activation becomes its limit", () => {
  const { params } = settle(output(2 ** 30, 2 ** 30, -2));
  expect(scale(params.bias[0]!, params.multiplier[0]!, params.shift[0]!)).toBe(127 + 20);
});

test("an output that inputs change stays as it is, even if the DSP kernels cannot compute it", () => {
  // Half of the sum is divided by 2²²: around 64.5 · 2²³ the result changes from 64 to 65.
  const settled = settle(output(64.5 * 2 ** 23, 2 ** 30, -22));
  expect(settled.rows).toEqual([Int8Array.of(3, -2)]);
  expect(canPack(settled)).toBe(false);
});

test("what the DSP kernels can compute is left alone", () => {
  const params = output(1000, 2 ** 30, -20);
  expect(settle(params)).toEqual({ params, rows: [Int8Array.of(3, -2)] });
});
