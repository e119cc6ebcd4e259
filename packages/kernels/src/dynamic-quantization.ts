import { elementCount, type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { clamp, roundHalfAwayFromZero, roundHalfToEven } from "./rounding.ts";
import type { KernelParams, Step } from "./step.ts";

const { abs, fround, max, min } = Math;

/** How floats become int8 while an inference runs. Each slice of the input has a scale and a zero point of its own. */
export type DynamicQuantization = {
  /** Rows of a fully-connected layer, or images. */
  readonly slices: number;
  readonly sliceLength: number;
  readonly inputMethod: number;
};

/** Values of `inputMethod`. */
const inputMethods = {
  /** −127 to 127, zero point 0. Source: `PortableSymmetricQuantizeFloats`. */
  symmetric: 0,
  /** −128 to 127. Source: `PortableAsymmetricQuantizeFloats`, tflite/kernels/internal/reference/portable_tensor_utils.cc. */
  asymmetric: 1,
  /** The same in float32. Source: `xnn_qd8_asymmetric_quantization_params`, src/xnnpack/quantization.h of XNNPACK. */
  asymmetricOfXnnpack: 2,
} as const;

/** What a loop reads instead of floats: they are about `scales × (values − zeroPoints)`. */
export interface QuantizedInput {
  readonly values: Int8Array; // [slices, sliceLength]
  readonly scales: Float32Array; // [slices]
  readonly zeroPoints: Int32Array; // [slices]
}

/**
 * A step that quantizes its only input before its loop, `run(params, quantized, output)`, begins.
 *
 * The quantized input lies in scratch memory.
 */
export function makeDynamicStep<P extends KernelParams & DynamicQuantization>(step: {
  readonly kernel: string;
  readonly run: (params: P, input: QuantizedInput, output: Float32Array) => void;
  readonly params: P;
  readonly input: TensorId;
  readonly output: TensorId;
}): Step {
  const { kernel, run, params, input, output } = step;
  const { slices, sliceLength } = params;
  return {
    kernel,
    params,
    reads: [input],
    writes: [output],
    scratchBytes: slices * (8 + sliceLength),
    bind({ tensor, scratch: { buffer, byteOffset } }) {
      const quantized: QuantizedInput = {
        scales: new Float32Array(buffer, byteOffset, slices),
        zeroPoints: new Int32Array(buffer, byteOffset + 4 * slices, slices),
        values: new Int8Array(buffer, byteOffset + 8 * slices, slices * sliceLength),
      };
      const [from, to] = [tensor(input) as Float32Array, tensor(output) as Float32Array];
      return () => {
        quantizeSlices(params, from, quantized);
        run(params, quantized, to);
      };
    },
  };
}

/** Floats of which every `sliceLength` are quantized together. */
export function dynamicQuantization(
  graph: Graph,
  input: TensorId,
  sliceLength: number,
  method: keyof typeof inputMethods,
): DynamicQuantization {
  const slices = elementCount(tensorOf(graph, input).shape) / sliceLength;
  return { slices, sliceLength, inputMethod: inputMethods[method] };
}

function quantizeSlices(
  { slices, sliceLength, inputMethod }: DynamicQuantization,
  input: Float32Array,
  { values, scales, zeroPoints }: QuantizedInput,
): void {
  for (let slice = 0; slice < slices; slice++) {
    const start = slice * sliceLength;
    const end = start + sliceLength;
    let lowest = input[start]!;
    let highest = lowest;
    for (let i = start + 1; i < end; i++) {
      lowest = min(lowest, input[i]!);
      highest = max(highest, input[i]!);
    }
    if (inputMethod === inputMethods.symmetric) {
      const range = max(abs(lowest), abs(highest));
      scales[slice] = range === 0 ? 1 : range / 127;
      zeroPoints[slice] = 0;
      const inverse = range === 0 ? 0 : fround(127 / range);
      for (let i = start; i < end; i++) {
        values[i] = clamp(roundHalfAwayFromZero(fround(input[i]! * inverse)), -127, 127);
      }
    } else if (inputMethod === inputMethods.asymmetric) {
      lowest = min(0, lowest);
      highest = max(0, highest);
      scales[slice] = lowest === highest ? 1 : (highest - lowest) / 255;
      const zeroPoint = nearestZeroPoint(lowest, highest);
      zeroPoints[slice] = zeroPoint;
      const inverse = fround(1 / scales[slice]!);
      for (let i = start; i < end; i++) {
        const real = fround(zeroPoint + fround(input[i]! * inverse));
        values[i] = clamp(roundHalfAwayFromZero(real), -128, 127);
      }
    } else {
      lowest = min(0, lowest);
      highest = max(0, highest);
      const inverse = lowest === highest ? 1 : fround(255 / fround(highest - lowest));
      scales[slice] = 1 / inverse;
      const zeroPoint = nearestZeroPointOfXnnpack(
        fround(lowest * inverse),
        fround(highest * inverse),
      );
      zeroPoints[slice] = zeroPoint;
      for (let i = start; i < end; i++) {
        const real = clamp(fround(input[i]! * inverse), -128 - zeroPoint, 127 - zeroPoint);
        values[i] = zeroPoint + roundHalfToEven(real);
      }
    }
  }
}

/** Where 0 is stored: computed from the end that it makes the smaller error at, in doubles. */
function nearestZeroPoint(lowest: number, highest: number): number {
  if (lowest === highest) return 0;
  const scale = (highest - lowest) / 255;
  const fromLowest = -128 - lowest / scale;
  const fromHighest = 127 - highest / scale;
  const isLowestNearer = 128 + abs(lowest / scale) < 127 + abs(highest / scale);
  return clamp(roundHalfAwayFromZero(isLowestNearer ? fromLowest : fromHighest), -128, 127);
}

/** The same of ends in units of the scale, in float32. */
function nearestZeroPointOfXnnpack(lowest: number, highest: number): number {
  const errors = fround(fround(-128 + lowest) + fround(127 + highest));
  const real = errors > 0 ? fround(-128 - lowest) : fround(127 - highest);
  return roundHalfToEven(clamp(real, -128, 127));
}

/** The order in which a sum of int8 products is multiplied by the scales of its slice and of its channel. */
export const scalingOrders = {
  /** sum × slice × channel: XNNPACK, and depthwise convolutions of TensorFlow Lite. */
  sliceFirst: 0,
  /** sum × channel × slice: `HybridConvPerChannel`, tflite/kernels/internal/reference/conv.h. */
  channelFirst: 1,
  /** sum × (slice × channel): the optimized kernels of TensorFlow Lite. */
  together: 2,
} as const;

/** A sum of int8 products as a float32. sum: int32. */
export function scaleDynamically(
  sum: number,
  sliceScale: number,
  channelScale: number,
  order: number,
): number {
  if (order === scalingOrders.together)
    return fround(fround(sum) * fround(sliceScale * channelScale));
  return order === scalingOrders.sliceFirst
    ? fround(fround(fround(sum) * sliceScale) * channelScale)
    : fround(fround(fround(sum) * channelScale) * sliceScale);
}
