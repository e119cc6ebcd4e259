import { type Graph, type OpOf, type Tensor, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import {
  differenceBits,
  differenceScale,
  type DifferenceScale,
  largestOf,
  sumBits,
  sumOfPowers,
} from "../difference-powers.ts";
import { highMultiply, scale, shiftRight } from "../fixed-point.ts";
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

export type SoftmaxInt8Params = RowGeometry &
  DifferenceScale & {
    /** Of an element of the output: probability 1 is 2^outputBits above `outputMin`. */
    readonly outputBits: number;
    readonly outputMin: number;
    readonly outputMax: number;
  };

type Output = Int8Array | Int16Array;

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
    const largest = largestOf(input, start, end);
    const sum = sumOfPowers(params, input, start, end, largest); // Q12.19

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
