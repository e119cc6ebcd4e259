import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clampReal, roundHalfAwayFromZero, roundHalfToEven } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";

const { fround } = Math;

type CommonParams = {
  readonly count: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
};
type Params = CommonParams & { readonly scale: number };
type SingleParams = CommonParams & { readonly inverseScale: number };

type Integers = Int8Array | Uint8Array | Int16Array;

/**
 * Floats to integers: the quotient is rounded to float32, then to an integer, half away from zero.
 *
 * What is beyond int32 saturates, where C leaves it open.
 * Source: `AffineQuantize`, tensorflow/lite/kernels/internal/reference/quantize.h.
 */
export function quantizeFloat32(op: OpOf<"quantize">, graph: Graph, { rounding }: Numerics): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "int8", "uint8", "int16");
  const { scale, zeroPoint } = perTensorOf(output, "output");
  const [min, max] = storedRange(output);
  const common = { count: elementCount(input.shape), zeroPoint, min, max };
  const io = { reads: op.inputs, writes: op.outputs };
  const kernel = `quantize_float32_${output.type}`;
  if (rounding === "single" && output.type !== "int16") {
    const params = { ...common, inverseScale: fround(1 / scale) };
    return makeStep({ kernel: `${kernel}_single`, run: runQuantizeSingle, params, ...io });
  }
  return makeStep({ kernel, run: runQuantize, params: { ...common, scale }, ...io });
}

function runQuantize(
  { count, zeroPoint, min, max, scale }: Params,
  input: Float32Array,
  output: Integers,
): void {
  for (let i = 0; i < count; i++) {
    const rounded = roundHalfAwayFromZero(fround(input[i]! / scale));
    output[i] = clampReal(rounded + zeroPoint, min, max);
  }
}

/**
 * Multiplies by the inverse and rounds half to even.
 *
 * Source: `xnn_f32_qs8_vcvt_ukernel__scalar_lrintf_u1`, xnnpack/src/f32-qs8-vcvt.
 */
function runQuantizeSingle(
  { count, zeroPoint, min, max, inverseScale }: SingleParams,
  input: Float32Array,
  output: Integers,
): void {
  for (let i = 0; i < count; i++) {
    const scaled = clampReal(fround(input[i]! * inverseScale), min - zeroPoint, max - zeroPoint);
    output[i] = roundHalfToEven(scaled) + zeroPoint;
  }
}
