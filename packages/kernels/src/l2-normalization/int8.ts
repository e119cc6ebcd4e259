import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { scale } from "../fixed-point.ts";
import { inverseSquareRoot, inverseSquareRootShift } from "../fixed-point-roots.ts";
import {
  perTensorOf,
  requireOutputQuantization,
  requireSupported,
  tensorOfType,
} from "../requirements.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";

type Params = RowGeometry & {
  /** −zeroPoint */
  readonly inputOffset: number;
};

/** Fractional bits of the output. */
const outputBits = 7;

/**
 * int8 in fixed point; the output has scale 1/128 and zero point 0. Rows of zeros stay zeros.
 *
 * depth: up to 33,025, so that the squares fit in int32.
 * Source: `L2Normalization`, tensorflow/lite/kernels/internal/reference/integer_ops/l2normalization.h.
 * C twin: l2_normalization_int8.h.
 */
export function l2NormalizationInt8(op: OpOf<"l2-normalization">, graph: Graph): Step {
  const { zeroPoint } = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const output = tensorOfType(graph, op.outputs[0], "output", "int8");
  requireOutputQuantization(output, 1 / 128, 0);
  requireSupported(op.options.activation === "none", "activations are not supported here");
  const geometry = rowGeometry(op, graph);
  requireSupported(
    geometry.depth <= 33_025,
    `rows have ${geometry.depth} elements; the sum of their squares needs more than 32 bits`,
  );
  return makeStep({
    kernel: "l2_normalization_int8",
    run: runL2NormalizationInt8,
    params: { ...geometry, inputOffset: 0 - zeroPoint },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runL2NormalizationInt8(
  { rows, depth, inputOffset }: Params,
  input: Int8Array,
  output: Int8Array,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    let squares = 0;
    for (let i = start; i < end; i++) {
      const value = input[i]! + inputOffset;
      squares += value * value;
    }
    const multiplier = inverseSquareRoot(squares);
    const shift = inverseSquareRootShift(squares) + outputBits;
    for (let i = start; i < end; i++) {
      output[i] = clamp(scale(input[i]! + inputOffset, multiplier, shift), -128, 127);
    }
  }
}
