import { elementCount, type Graph, type Op, type OpOf, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import { type FixedPoint, scale, toFixedPoint } from "../fixed-point.ts";
import { lookupInt8 } from "../lookup.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp, roundHalfToEven } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";

export type RequantizeParams = FixedPoint & {
  readonly count: number;
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  readonly min: number;
  readonly max: number;
};

type Integers = Int8Array | Uint8Array | Int16Array | Int32Array;

/**
 * Integers to integers of another scale or type.
 *
 * Source: `Requantize`, tensorflow/lite/kernels/internal/reference/requantize.h.
 */
export function requantize(op: OpOf<"quantize">, graph: Graph, { rounding }: Numerics): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "int8", "uint8", "int16", "int32");
  const from = perTensorOf(input, "input");
  const to = perTensorOf(output, "output");
  const ratio = Math.fround(from.scale / to.scale);
  const isShort = input.type === "int8" && output.type === "int8" && rounding === "single";
  if (isShort && ratio >= 2 ** -8 && ratio <= 2 ** 7) return requantizeShort(op, graph, ratio);
  return rescale(op, graph, toFixedPoint(from.scale / to.scale), storedRange(output));
}

/** Integers to integers of another scale or type, limited to a range: what quantize and ReLU are. C twin: requantize.h. */
export function rescale(
  op: Op,
  graph: Graph,
  fixed: FixedPoint,
  [min, max]: readonly [min: number, max: number],
): Step {
  const [inputId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const output = tensorOf(graph, outputId);
  return makeStep({
    kernel: `requantize_${input.type}_${output.type}`,
    run: runRequantize,
    params: {
      count: elementCount(input.shape),
      inputZeroPoint: perTensorOf(input, "input").zeroPoint,
      outputZeroPoint: perTensorOf(output, "output").zeroPoint,
      ...fixed,
      min,
      max,
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runRequantize(params: RequantizeParams, input: Integers, output: Integers): void {
  const { count, inputZeroPoint, outputZeroPoint, multiplier, shift, min, max } = params;
  for (let i = 0; i < count; i++) {
    const scaled = scale((input[i]! - inputZeroPoint) | 0, multiplier, shift);
    output[i] = clamp(scaled + outputZeroPoint, min, max);
  }
}

/**
 * int8 to int8 with a multiplier of 8 fractional bits, rounded half up: what single rounding means here.
 *
 * Source: `xnn_init_qs8_cvt_scalar_params`, xnnpack/src/microparams-init.c, and
 * `xnn_qs8_vcvt_ukernel__scalar_u1`, xnnpack/src/qs8-vcvt.
 */
function requantizeShort(op: OpOf<"quantize">, graph: Graph, ratio: number): Step {
  const from = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const to = perTensorOf(tensorOf(graph, op.outputs[0]), "output");
  const multiplier = roundHalfToEven(256 * ratio);
  return lookupInt8(op, graph, (stored) => {
    const rescaled = (multiplier * (stored - from.zeroPoint) + 128) >> 8;
    return rescaled + to.zeroPoint;
  });
}
