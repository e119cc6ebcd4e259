import { type Graph, type OpOf, type Quantization, type TensorId, tensorOf } from "@smidgen/graph";

/**
 * The network of the study, 28×28 → conv 3×3×8 → max-pool 2×2 → dense 16 → dense 10, as someone would write it for
 * this network alone: all sizes are constants, every loop is the obvious one. Returns the 10 scores before softmax.
 */
export function handWrittenInt8(graph: Graph): (image: Int8Array) => Int8Array {
  const [conv, dense1, dense2] = weighted(graph).map((op) => int8Layer(graph, op)) as [
    Int8Layer,
    Int8Layer,
    Int8Layer,
  ];
  const convolved = new Int8Array(26 * 26 * 8);
  const pooled = new Int8Array(13 * 13 * 8);
  const hidden = new Int8Array(16);
  const scores = new Int8Array(10);

  return (image) => {
    const { filter, bias, multipliers, shifts, inputZeroPoint, outputZeroPoint, min } = conv;
    for (let y = 0; y < 26; y++) {
      for (let x = 0; x < 26; x++) {
        for (let channel = 0; channel < 8; channel++) {
          let sum = bias[channel]!;
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              const value = image[(y + ky) * 28 + x + kx]! - inputZeroPoint;
              sum = (sum + filter[channel * 9 + ky * 3 + kx]! * value) | 0;
            }
          }
          const q = rescale(sum, multipliers[channel]!, shifts[channel]!) + outputZeroPoint;
          convolved[(y * 26 + x) * 8 + channel] = Math.min(127, Math.max(min, q));
        }
      }
    }
    for (let y = 0; y < 13; y++) {
      for (let x = 0; x < 13; x++) {
        for (let channel = 0; channel < 8; channel++) {
          const corner = (2 * y * 26 + 2 * x) * 8 + channel;
          pooled[(y * 13 + x) * 8 + channel] = Math.max(
            convolved[corner]!,
            convolved[corner + 8]!,
            convolved[corner + 208]!,
            convolved[corner + 216]!,
          );
        }
      }
    }
    denseInt8(dense1, pooled, hidden);
    denseInt8(dense2, hidden, scores);
    return scores;
  };
}

interface Int8Layer {
  readonly filter: Int8Array;
  readonly bias: Int32Array;
  readonly multipliers: readonly number[];
  readonly shifts: readonly number[];
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  readonly min: number;
}

function denseInt8(layer: Int8Layer, input: Int8Array, output: Int8Array): void {
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

/** Rounds the product, then the shift, in doubles: exact while |sum| < 2²¹, which is true of this network. */
function rescale(sum: number, multiplier: number, shift: number): number {
  const product = Math.floor((sum * multiplier + 2 ** 30) / 2 ** 31);
  const half = 1 << (-shift - 1);
  return (product + half - (product < 0 ? 1 : 0)) >> -shift;
}

type Weighted = OpOf<"conv-2d" | "fully-connected">;

function weighted(graph: Graph): readonly Weighted[] {
  return graph.ops.filter((op) => op.kind === "conv-2d" || op.kind === "fully-connected");
}

function int8Layer(graph: Graph, { inputs, outputs }: Weighted): Int8Layer {
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

/** The same network in float32, summing in doubles. */
export function handWrittenFloat32(graph: Graph): (image: Float32Array) => Float32Array {
  const [conv, dense1, dense2] = weighted(graph).map(({ inputs }) => ({
    filter: tensorOf(graph, inputs[1]).data as Float32Array,
    bias: tensorOf(graph, inputs[2] as TensorId).data as Float32Array,
  })) as [FloatLayer, FloatLayer, FloatLayer];
  const convolved = new Float32Array(26 * 26 * 8);
  const pooled = new Float32Array(13 * 13 * 8);
  const hidden = new Float32Array(16);
  const scores = new Float32Array(10);

  return (image) => {
    const { filter, bias } = conv;
    for (let y = 0; y < 26; y++) {
      for (let x = 0; x < 26; x++) {
        for (let channel = 0; channel < 8; channel++) {
          let sum = bias[channel]!;
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              sum += filter[channel * 9 + ky * 3 + kx]! * image[(y + ky) * 28 + x + kx]!;
            }
          }
          convolved[(y * 26 + x) * 8 + channel] = Math.max(0, sum);
        }
      }
    }
    for (let y = 0; y < 13; y++) {
      for (let x = 0; x < 13; x++) {
        for (let channel = 0; channel < 8; channel++) {
          const corner = (2 * y * 26 + 2 * x) * 8 + channel;
          pooled[(y * 13 + x) * 8 + channel] = Math.max(
            convolved[corner]!,
            convolved[corner + 8]!,
            convolved[corner + 208]!,
            convolved[corner + 216]!,
          );
        }
      }
    }
    denseFloat32(dense1, pooled, hidden, 0);
    denseFloat32(dense2, hidden, scores, -Infinity);
    return scores;
  };
}

interface FloatLayer {
  readonly filter: Float32Array;
  readonly bias: Float32Array;
}

function denseFloat32(
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
