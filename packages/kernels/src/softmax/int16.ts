import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { scale, toFixedPoint } from "../fixed-point.ts";
import { perTensorOf, requireSupported, tensorOfType } from "../requirements.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";
import { clamp, roundHalfAwayFromZero } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";

const { fround } = Math;

type Params = RowGeometry & {
  /** `beta × input scale` in tenths of 65,535 */
  readonly multiplier: number;
  readonly shift: number;
  /** e^x in Q0.15 for x from −10 to 0 */
  readonly powers: Int16Array; // [513]
  /** 1 / (1 + x) in Q0.15 for x from 0 to 1 */
  readonly reciprocals: Int16Array; // [513]
};

/**
 * int16 softmax with two tables; the output has scale 2⁻¹⁵ and zero point 0.
 *
 * Source: `SoftmaxInt16`, tensorflow/lite/kernels/internal/reference/softmax.h, and `CalculateSoftmaxParams`,
 * tensorflow/lite/micro/kernels/softmax_common.cc. C twin: softmax_int16.h.
 */
export function softmaxInt16(op: OpOf<"softmax">, graph: Graph): Step {
  const from = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const output = tensorOfType(graph, op.outputs[0], "output", "int16");
  const to = perTensorOf(output, "output");
  requireSupported(
    Math.abs(to.scale * 32_768 - 1) <= 0.001 && to.zeroPoint === 0,
    `output "${output.name}" has scale ${to.scale} and zero point ${to.zeroPoint}; int16 needs ${2 ** -15} and 0`,
  );
  return makeStep({
    kernel: "softmax_int16",
    run: runSoftmaxInt16,
    params: {
      ...rowGeometry(op, graph),
      ...toFixedPoint((from.scale * fround(op.options.beta)) / (10 / 65_535)),
      powers: tableOf(Math.exp, { inputScale: fround(10 / 65_535), inputZeroPoint: 32_767 }),
      reciprocals: tableOf((x) => 1 / fround(1 + x), {
        inputScale: fround(1 / 65_535),
        inputZeroPoint: -32_768,
      }),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runSoftmaxInt16(params: Params, input: Int16Array, output: Int16Array): void {
  const { rows, depth, multiplier, shift, powers, reciprocals } = params;
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    let largest = -32_768;
    for (let i = start; i < end; i++) largest = Math.max(largest, input[i]!);

    let sum = 0; // Q16.15
    for (let i = start; i < end; i++) {
      const difference = scale(input[i]! - largest, multiplier, shift) + 32_767;
      const power = lookUp(powers, clamp(difference, -32_768, 32_767));
      output[i] = power;
      sum += power;
    }

    // sum = (1 + x) × 2^(16 − leadingZeros)
    const leadingZeros = Math.clz32(sum);
    const onePlusX = ((sum << (leadingZeros - 1)) + (1 << 13)) >>> 14; // Q1.16
    const x = clamp(onePlusX - 3 * (1 << 15), -32_768, 32_767);
    const reciprocal = lookUp(reciprocals, x);
    const rightShift = 31 - leadingZeros;
    for (let i = start; i < end; i++) {
      const probability = (output[i]! * reciprocal + (1 << (rightShift - 1))) >> rightShift;
      output[i] = clamp(probability, 0, 32_767);
    }
  }
}

/** Interpolates in a table of 512 equal steps. position: int16. C twin: `smg_look_up` in table_int16.h. */
function lookUp(table: Int16Array, position: number): number {
  const step = 256 + (position >> 7);
  const low = table[step]!;
  return low + (((table[step + 1]! - low) * (position & 127) + 64) >> 7);
}

/**
 * A function from −1 to below 1 in Q0.15 at 513 places. Every step is rounded to float32; entries lie half the error that
 * interpolation makes in the middle off.
 *
 * Source: `LUTPopulateInt16`, tensorflow/lite/kernels/internal/common.h.
 */
function tableOf(
  f: (x: number) => number,
  { inputScale, inputZeroPoint }: { readonly inputScale: number; readonly inputZeroPoint: number },
): Int16Array {
  const outputScale = fround(2 / 65_535);
  const inputMin = fround(inputScale * (-32_768 - inputZeroPoint));
  const inputMax = fround(inputScale * (32_767 - inputZeroPoint));
  const step = fround(fround(inputMax - inputMin) / 512);
  const outputRange = fround(fround(outputScale * 32_767) - fround(outputScale * -32_768));
  const inverseScale = fround(65_536 / outputRange);
  const scaledAt = (x: number) => fround(fround(f(fround(x))) * inverseScale);
  return Int16Array.from({ length: 513 }, (_, i) => {
    if (i === 512) return clamp(roundHalfAwayFromZero(scaledAt(inputMax)), -32_768, 32_767);
    const x = fround(inputMin + fround(i * step));
    const sample = roundHalfAwayFromZero(scaledAt(x));
    const next = scaledAt(inputMin + fround((i + 1) * step));
    const interpolated = roundHalfAwayFromZero(fround(fround(next + sample) / 2));
    const middle = roundHalfAwayFromZero(scaledAt(x + fround(step / 2)));
    const bias = roundHalfAwayFromZero((interpolated - middle) / 2);
    return clamp(sample - bias, -32_768, 32_767);
  });
}
