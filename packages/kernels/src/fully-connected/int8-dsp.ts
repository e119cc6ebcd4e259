import type { Packed } from "../c-twin.ts";
import {
  has24Bits,
  packDspRequantization,
  settleConstants,
  sumRange,
} from "../dsp-requantization.ts";
import { halfOf, wordOfHalves } from "../dsp-words.ts";
import type { FullyConnectedInt8Params } from "./int8.ts";

/**
 * For `fully_connected_int8_dsp.h`: weights as words in the order in which units of four share the input.
 *
 * Undefined if a weight of −128 does not fit beside its neighbour, or a sum not into 32 bits.
 */
export function fullyConnectedInt8Dsp(params: FullyConnectedInt8Params): Packed | undefined {
  const { batches, depth, units, filter } = params;
  const { params: settled, rows } = settleConstants(
    params,
    Array.from({ length: units }, (_, unit) => filter.subarray(unit * depth, (unit + 1) * depth)),
  );
  const weights = packWeights(rows, depth);
  const requantization = packDspRequantization(
    { ...settled, bias: settled.bias.map((value, unit) => value + 127 * sumOfEven(rows[unit]!)) },
    rows.map((row) => shiftedSumRange(row)),
  );
  if (weights === undefined || requantization === undefined) return undefined;
  const { multiplier, shift } = requantization;
  const isOneScale = isUniform(multiplier) && isUniform(shift);
  return {
    params: {
      batches,
      depth,
      units,
      run: longestRun(rows, depth),
      weights,
      scale_step: isOneScale ? 0 : 1,
      requantization: isOneScale
        ? { ...requantization, multiplier: multiplier.slice(0, 1), shift: shift.slice(0, 1) }
        : requantization,
    },
  };
}

/** [units / 4][words][4], then [units % 4][words] */
function packWeights(rows: readonly Int8Array[], depth: number): Int32Array | undefined {
  const words = Math.ceil(depth / 4);
  const packed = new Int32Array(rows.length * words);
  let position = 0;
  for (let unit = 0; unit < rows.length;) {
    const together = rows.length - unit < 4 ? 1 : 4;
    for (let i = 0; i < depth; i += 4) {
      for (const row of rows.slice(unit, unit + together)) {
        const [a = 0, b = 0, c = 0, d = 0] = row.subarray(i, i + 4);
        const [low, high] = [halfOf(a, b), halfOf(c, d)];
        if (low === undefined || high === undefined) return undefined;
        packed[position++] = wordOfHalves(low, high);
      }
    }
    unit += together;
  }
  return packed;
}

/** As many inputs as a sum of 24 bits surely holds, in whole words. */
function longestRun(rows: readonly Int8Array[], depth: number): number {
  let run = Math.ceil(depth / 4) * 4;
  const isExact = (row: Int8Array) => {
    for (let start = 0; start < depth; start += run) {
      if (!has24Bits(shiftedSumRange(row.subarray(start, start + run)))) return false;
    }
    return true;
  };
  while (!rows.every(isExact)) run = Math.ceil(run / 8) * 4;
  return run;
}

/** Inputs of even position have 127 taken off. */
function shiftedSumRange(row: Int8Array) {
  const even = sumRange(
    row.filter((_, i) => i % 2 === 0),
    -128 - 127,
    0,
  );
  const odd = sumRange(row.filter((_, i) => i % 2 === 1));
  return { min: even.min + odd.min, max: even.max + odd.max };
}

function sumOfEven(row: Int8Array): number {
  return row.reduce((sum, weight, i) => (i % 2 === 0 ? sum + weight : sum), 0);
}

function isUniform(values: Int32Array | Int8Array): boolean {
  return values.every((value) => value === values[0]);
}
