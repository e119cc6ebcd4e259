import fc, { type GeneratorValue } from "fast-check";
import {
  type Activation,
  elementCount,
  type Graph,
  graphBuilder,
  type GraphBuilder,
  type Padding,
  perAxis,
  perTensor,
  type Quantization,
  type TensorId,
} from "@smidgen/graph";

/** Layers of int8 that have nothing to do with each other, an input and an output for each. One sample for all inputs. */
export function parallelLayers(
  g: GeneratorValue,
  count: number,
): { readonly graph: Graph; readonly sample: Uint8Array } {
  const b = graphBuilder("layers");
  const outputs = Array.from({ length: count }, (_, i) => {
    const add = g(fc.constantFrom, ...kinds);
    return add(b, `layer_${i}`, drawsOf(g));
  });
  const graph = b.build(outputs);
  const bytes = graph.inputs.map((id) => {
    const { int8 } = drawsOf(g);
    return new Uint8Array(int8(elementCount(b.tensor(id).shape)).buffer);
  });
  return { graph, sample: Buffer.concat(bytes) };
}

/** What is drawn again and again. Both ends included. */
interface Draws {
  readonly int: (min: number, max: number) => number;
  readonly real: (min: number, max: number) => number;
  readonly pick: <T>(...values: readonly T[]) => T;
  readonly int8: (count: number, min?: number, max?: number) => Int8Array;
}

function drawsOf(g: GeneratorValue): Draws {
  const int = (min: number, max: number) => g(fc.integer, { min, max });
  return {
    int,
    real: (min, max) => min + ((max - min) * int(0, 2 ** 20)) / 2 ** 20,
    pick: (...values) => g(fc.constantFrom, ...values) as (typeof values)[number],
    int8: (count, min = -128, max = 127) =>
      g(fc.int8Array, { min, max, minLength: count, maxLength: count }),
  };
}

type AddLayer = (b: GraphBuilder, name: string, draws: Draws) => TensorId;

const activations = ["none", "relu", "relu6", "relu-n1-to-1"] as const satisfies Activation[];

const fullyConnected: AddLayer = (b, name, draws) => {
  const { int, pick } = draws;
  // A long row of large weights needs more than 24 bits for its sum.
  const depth = pick(1, 2, 3, 4, 7, 8, int(1, 40), int(1, 40), 1500);
  const units = int(1, 11);
  const input = b.input(`${name}_input`, {
    type: "int8",
    shape: [pick(1, 1, 3), depth],
    quantization: perTensor(inputScale, int(-128, 127)),
  });
  const filter = addFilter(b, name, draws, [units, depth], 0);
  return b.op(
    "fully-connected",
    [input, ...filter],
    { activation: pick(...activations), keepNumDims: false },
    outputOf(name, draws, depth),
  );
};

const conv2d: AddLayer = (b, name, draws) => {
  const { int, pick } = draws;
  const [channels, outputChannels] = [pick(1, 1, 2, 3, 4, 5, 8), int(1, 7)];
  const { input, height, width, options } = addImage(b, name, draws, channels);
  const filter = addFilter(b, name, draws, [outputChannels, height, width, channels], 0);
  return b.op(
    "conv-2d",
    [input, ...filter],
    { ...options, activation: pick(...activations) },
    outputOf(name, draws, height * width * channels),
  );
};

const depthwiseConv2d: AddLayer = (b, name, draws) => {
  const { int, pick } = draws;
  const [channels, multiplier] = [pick(1, 2, 3, 4, 4, 8, 8, 12), pick(1, 1, 1, int(2, 4))];
  const { input, height, width, options } = addImage(b, name, draws, channels);
  const filter = addFilter(b, name, draws, [1, height, width, channels * multiplier], 3);
  return b.op(
    "depthwise-conv-2d",
    [input, ...filter],
    { ...options, depthMultiplier: multiplier, activation: pick(...activations) },
    outputOf(name, draws, height * width),
  );
};

const pool =
  (kind: "max-pool-2d" | "average-pool-2d"): AddLayer =>
  (b, name, draws) => {
    const { input, height, width, options } = addImage(b, name, draws, draws.pick(1, 3, 4, 6, 8));
    const { padding, strideHeight, strideWidth } = options;
    const filter = { filterHeight: height, filterWidth: width };
    const activation = draws.pick(...activations);
    return b.op(
      kind,
      [input],
      { padding, strideHeight, strideWidth, ...filter, activation },
      { name, type: "int8", quantization: b.tensor(input).quantization },
    );
  };

const kinds = [
  fullyConnected,
  conv2d,
  conv2d,
  depthwiseConv2d,
  depthwiseConv2d,
  pool("max-pool-2d"),
  pool("average-pool-2d"),
];

const inputScale = 0.05;

/** An image, and a window that fits into it. */
function addImage(b: GraphBuilder, name: string, { int, pick }: Draws, channels: number) {
  const [height, width] = [int(1, 4), int(1, 4)];
  const [dilationHeight, dilationWidth] = [pick(1, 1, 1, 2), pick(1, 1, 1, 2)];
  const input = b.input(`${name}_input`, {
    type: "int8",
    shape: [
      pick(1, 1, 2),
      (height - 1) * dilationHeight + int(1, 5),
      (width - 1) * dilationWidth + int(1, 5),
      channels,
    ],
    quantization: perTensor(inputScale, int(-128, 127)),
  });
  const options = {
    padding: pick<Padding>("same", "valid"),
    strideHeight: int(1, 3),
    strideWidth: int(1, 3),
    dilationHeight,
    dilationWidth,
  };
  return { input, height, width, options };
}

/**
 * Weights and bias. A weight of −128 is rare: it must not be, but some files have it. Some channels are dead: their scale
 * is almost 0, and their bias huge.
 */
function addFilter(
  b: GraphBuilder,
  name: string,
  { int, real, pick, int8 }: Draws,
  shape: readonly number[],
  axis: number,
): [filter: TensorId, bias: TensorId | undefined] {
  const channels = shape[axis] as number;
  const weights = int8(elementCount(shape), pick(-127, -127, -127, -128), 127);
  const isPerChannel = pick(true, false);
  const isDead = Array.from({ length: channels }, () =>
    pick(false, false, false, false, isPerChannel),
  );
  const scales = Array.from({ length: isPerChannel ? channels : 1 }, (_, channel) =>
    Math.fround(real(0.002, 0.01) * (isDead[channel] ? 1e-7 : 1)),
  );
  const stored = (dimension: number, factor: number): Quantization =>
    isPerChannel
      ? perAxis(
          dimension,
          scales.map((scale) => Math.fround(scale * factor)),
        )
      : perTensor(Math.fround((scales[0] as number) * factor), 0);
  const filter = b.constant(`${name}_filter`, {
    type: "int8",
    shape,
    data: weights,
    quantization: stored(axis, 1),
  });
  if (pick(false, false, true)) return [filter, undefined];
  const limit = pick(0, 1000, 100_000);
  const bias = b.constant(`${name}_bias`, {
    type: "int32",
    shape: [channels],
    data: Int32Array.from(isDead, (dead) =>
      dead ? pick(2 ** 30, 200_000_000, -(2 ** 30)) : int(-limit, limit),
    ),
    quantization: stored(0, Math.fround(inputScale)),
  });
  return [filter, bias];
}

/** Of a scale that uses the range well, or is so small that multipliers become large. */
function outputOf(name: string, { int, real, pick }: Draws, terms: number) {
  const scale = Math.fround(real(0.5, 4) * inputScale * Math.sqrt(terms) * pick(0.5, 0.5, 0.01));
  return { name, type: "int8" as const, quantization: perTensor(scale, int(-128, 127)) };
}
