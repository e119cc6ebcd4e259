import { type Graph, type OpOf, type Tensor, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import { highMultiply, scale, shiftRight, toFixedPoint } from "../fixed-point.ts";
import { expOfNegative, oneOverOnePlus } from "../fixed-point-functions.ts";
import {
  perTensorOf,
  requireOutputQuantization,
  requireSupported,
  tensorOfType,
} from "../requirements.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { softmaxInt8Single } from "./int8-single.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";

export type SoftmaxInt8Params = RowGeometry & {
  /** `beta × input scale` in Q5.26 */
  readonly multiplier: number;
  readonly shift: number;
  /** Differences to the largest value below this one count as e^−∞. */
  readonly differenceMin: number;
  /** Of an element of the output: probability 1 is 2^outputBits above `outputMin`. */
  readonly outputBits: number;
  readonly outputMin: number;
  readonly outputMax: number;
};

type Output = Int8Array | Int16Array;

/** Before the point of a difference to the largest value. */
export const differenceBits = 5;
/** Before the point of the sum of powers. */
export const sumBits = 12;

/**
 * Softmax of int8 in fixed point. An int8 output has scale 1/256 and zero point −128, an int16 output 1/65536 (or
 * 1/65535) and −32768.
 *
 * Source: `Softmax`, tensorflow/lite/kernels/internal/reference/softmax.h, and `CalculateSoftmaxParams`,
 * tensorflow/lite/micro/kernels/softmax_common.cc.
 */
export function softmaxInt8(op: OpOf<"softmax">, graph: Graph, { rounding }: Numerics): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "int8", "int16");
  if (rounding === "single" && output.type === "int8") return softmaxInt8Single(op, graph);
  if (output.type === "int8") requireOutputQuantization(output, 1 / 256, -128);
  else requireInt16OutputQuantization(output);
  const [outputMin, outputMax] = storedRange(output);
  return makeStep({
    kernel: output.type === "int8" ? "softmax_int8" : "softmax_int8_int16",
    run: runSoftmaxInt8,
    params: {
      ...rowGeometry(op, graph),
      ...differenceScale(Math.fround(op.options.beta) * perTensorOf(input, "input").scale),
      outputBits: output.type === "int8" ? 8 : 16,
      outputMin,
      outputMax,
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runSoftmaxInt8(params: SoftmaxInt8Params, input: Int8Array, output: Output): void {
  const { rows, depth, multiplier, shift, differenceMin } = params;
  const { outputBits, outputMin, outputMax } = params;
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    let largest = -128;
    for (let i = start; i < end; i++) largest = Math.max(largest, input[i]!);

    let sum = 0; // Q12.19
    for (let i = start; i < end; i++) {
      const difference = input[i]! - largest;
      if (difference < differenceMin) continue;
      const power = expOfNegative(scale(difference, multiplier, shift), differenceBits);
      sum = (sum + shiftRight(power, sumBits)) | 0;
    }

    // sum = (1 + fraction) × 2^bitsOverOne
    const leadingZeros = Math.clz32(sum);
    const bitsOverOne = sumBits - leadingZeros;
    const fraction = ((sum << leadingZeros) - 2 ** 31) | 0;
    const reciprocal = oneOverOnePlus(fraction);

    for (let i = start; i < end; i++) {
      const difference = input[i]! - largest;
      if (difference < differenceMin) {
        output[i] = outputMin;
        continue;
      }
      const power = expOfNegative(scale(difference, multiplier, shift), differenceBits);
      const probability = shiftRight(
        highMultiply(reciprocal, power),
        bitsOverOne + 31 - outputBits,
      );
      output[i] = Math.min(probability + outputMin, outputMax);
    }
  }
}

/** Source of the tolerance: `CalculateSoftmaxParams`, tensorflow/lite/micro/kernels/softmax_common.cc. */
function requireInt16OutputQuantization(output: Tensor): void {
  const { scale: outputScale, zeroPoint } = perTensorOf(output, "output");
  requireSupported(
    Math.abs(outputScale * 65_536 - 1) <= 0.001 && zeroPoint === -32_768,
    `output "${output.name}" has scale ${outputScale} and zero point ${zeroPoint}; int16 needs ${1 / 65_536} and −32768`,
  );
}

/**
 * Source: `PreprocessSoftmaxScaling` and `CalculateInputRadius`,
 * tensorflow/lite/kernels/internal/quantization_util.cc.
 */
function differenceScale(
  real: number,
): Pick<SoftmaxInt8Params, "multiplier" | "shift" | "differenceMin"> {
  const { multiplier, shift } = toFixedPoint(
    Math.min(real * 2 ** (31 - differenceBits), 2 ** 31 - 1),
  );
  const radius = ((2 ** differenceBits - 1) * 2 ** (31 - differenceBits)) / 2 ** shift;
  return { multiplier, shift, differenceMin: -Math.floor(radius) };
}
