import { type Graph, type OpOf, type Quantization, type TensorId, tensorOf } from "@smidgen/graph";

/** Operators with weights: what code by hand starts from. */
export type Weighted = OpOf<"conv-2d" | "fully-connected">;

export function weighted(graph: Graph): readonly Weighted[] {
  return graph.ops.filter((op) => op.kind === "conv-2d" || op.kind === "fully-connected");
}

export interface Int8Layer {
  readonly filter: Int8Array;
  readonly bias: Int32Array;
  readonly multipliers: readonly number[];
  readonly shifts: readonly number[];
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  readonly min: number;
}

export function int8Layer(graph: Graph, { inputs, outputs }: Weighted): Int8Layer {
  const [input, filter, bias] = inputs;
  const from = tensorOf(graph, input).quantization as PerTensor;
  const to = tensorOf(graph, outputs[0]).quantization as PerTensor;
  const weights = tensorOf(graph, filter);
  const channels = weights.shape[0] as number;
  const fixed = Array.from({ length: channels }, (_, channel) => {
    const real =
      weights.quantization?.kind === "per-axis"
        ? (from.scale * (weights.quantization.scales[channel] as number)) / to.scale
        : Math.fround(from.scale * (weights.quantization as PerTensor).scale) / to.scale;
    const shift = Math.floor(Math.log2(real)) + 1;
    return { multiplier: Math.round((real / 2 ** shift) * 2 ** 31), shift };
  });
  return {
    filter: weights.data as Int8Array,
    bias: tensorOf(graph, bias as TensorId).data as Int32Array,
    multipliers: fixed.map(({ multiplier }) => multiplier),
    shifts: fixed.map(({ shift }) => shift),
    inputZeroPoint: from.zeroPoint,
    outputZeroPoint: to.zeroPoint,
    min: -128,
  };
}

type PerTensor = Extract<Quantization, { readonly kind: "per-tensor" }>;

export function denseInt8(layer: Int8Layer, input: Int8Array, output: Int8Array): void {
  const { filter, bias, multipliers, shifts, inputZeroPoint, outputZeroPoint, min } = layer;
  const depth = input.length;
  for (let unit = 0; unit < output.length; unit++) {
    let sum = bias[unit]!;
    for (let i = 0; i < depth; i++) {
      sum = (sum + filter[unit * depth + i]! * (input[i]! - inputZeroPoint)) | 0;
    }
    const q = rescale(sum, multipliers[unit]!, shifts[unit]!) + outputZeroPoint;
    output[unit] = Math.min(127, Math.max(min, q));
  }
}

/** Rounds the product, then the shift, in doubles: exact while |sum| < 2²¹, which is true of these networks. */
export function rescale(sum: number, multiplier: number, shift: number): number {
  const product = Math.floor((sum * multiplier + 2 ** 30) / 2 ** 31);
  const half = 1 << (-shift - 1);
  return (product + half - (product < 0 ? 1 : 0)) >> -shift;
}

export interface FloatLayer {
  readonly filter: Float32Array;
  readonly bias: Float32Array;
}

export function floatLayer(graph: Graph, { inputs }: Weighted): FloatLayer {
  return {
    filter: tensorOf(graph, inputs[1]).data as Float32Array,
    bias: tensorOf(graph, inputs[2] as TensorId).data as Float32Array,
  };
}

/** Sums in doubles. */
export function denseFloat32(
  { filter, bias }: FloatLayer,
  input: Float32Array,
  output: Float32Array,
  min: number,
): void {
  const depth = input.length;
  for (let unit = 0; unit < output.length; unit++) {
    let sum = bias[unit]!;
    for (let i = 0; i < depth; i++) sum += filter[unit * depth + i]! * input[i]!;
    output[unit] = Math.max(min, sum);
  }
}
