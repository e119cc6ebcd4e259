import type { Layer, Network, Weight } from "./network.ts";
import type { WeightLayout } from "./parameters.ts";
import { inOrder, padded, type TensorShape } from "./tensor.ts";

/** How a network's tensors and weights are laid out, for batches of any size. */
export interface Layout {
  /** The input, and each layer's output. */
  readonly tensors: readonly TensorShape[];
  readonly weights: readonly WeightLayout[];
}

export function layOut({ input, layers, sources }: Network): Layout {
  const readers = layers.filter((_, index) => sources[index]!.includes(0));
  // these two can take as many channels as there are
  const isAsGiven = readers.every(({ kind }) => kind === "convolution" || kind === "flatten");
  const tensors: TensorShape[] = [
    {
      ...input,
      channels: isAsGiven ? input.channels : padded(input.channels),
      channelPositions: inOrder(input.channels),
    },
  ];
  const weights: WeightLayout[] = [];
  for (const [index, layer] of layers.entries()) {
    const from = tensors[sources[index]![0]!]!;
    const to = outputOf(layer, from);
    tensors.push(to);
    weights.push(...weightsOf(layer, from, to));
  }
  return { tensors, weights };
}

function outputOf(layer: Layer, input: TensorShape): TensorShape {
  const { height, width, channels, channelPositions } = input;
  switch (layer.kind) {
    case "dense":
      return image(1, 1, layer.units);
    case "convolution":
      return image(layer.window.outHeight, layer.window.outWidth, layer.filters);
    case "depthwise":
    case "max-pool":
    case "average-pool":
      return { ...input, height: layer.window.outHeight, width: layer.window.outWidth };
    case "batch-normalization":
    case "add":
    case "clamp":
    case "dropout":
      return input;
    case "flatten": {
      const pixels = Array.from({ length: height * width }, (_, pixel) => pixel * channels);
      return {
        height: 1,
        width: 1,
        channels: padded(height * width * channels),
        channelPositions: Uint32Array.from(
          pixels.flatMap((pixel) => Array.from(channelPositions, (position) => pixel + position)),
        ),
      };
    }
    default:
      return layer satisfies never;
  }
}

function image(height: number, width: number, channels: number): TensorShape {
  return { height, width, channels: padded(channels), channelPositions: inOrder(channels) };
}

function weightsOf(layer: Layer, from: TensorShape, to: TensorShape): readonly WeightLayout[] {
  const perChannel = (weight: Weight | undefined): readonly WeightLayout[] =>
    weight === undefined ? [] : [{ weight, positions: to.channelPositions, floats: to.channels }];
  switch (layer.kind) {
    case "dense":
      return [denseKernel(layer.kernel, from, to), ...perChannel(layer.bias)];
    case "convolution":
      return [
        convolutionKernel(layer.kernel, layer.window.height * layer.window.width, from, to),
        ...perChannel(layer.bias),
      ];
    case "depthwise":
      return [
        depthwiseKernel(layer.kernel, layer.window.height * layer.window.width, to),
        ...perChannel(layer.bias),
      ];
    case "batch-normalization":
      return [layer.gamma, layer.beta, layer.movingMean, layer.movingVariance].flatMap(perChannel);
    case "max-pool":
    case "average-pool":
    case "add":
    case "clamp":
    case "dropout":
    case "flatten":
      return [];
    default:
      return layer satisfies never;
  }
}

/** [depth, units] → [units, depth] */
function denseKernel(weight: Weight, from: TensorShape, to: TensorShape): WeightLayout {
  const positions = positionsOf(
    from.channelPositions,
    to.channelPositions,
    (i, o) => o * from.channels + i,
  );
  return { weight, positions, floats: from.channels * to.channels };
}

/** [taps, in channels, out channels], all channels filled up */
function convolutionKernel(
  weight: Weight,
  taps: number,
  from: TensorShape,
  to: TensorShape,
): WeightLayout {
  const inputs = withTaps(taps, from);
  const positions = positionsOf(inputs, to.channelPositions, (i, o) => i * to.channels + o);
  return { weight, positions, floats: taps * from.channels * to.channels };
}

/** [taps, channels, 1] → [taps, channels] */
function depthwiseKernel(weight: Weight, taps: number, shape: TensorShape): WeightLayout {
  return { weight, positions: withTaps(taps, shape), floats: taps * shape.channels };
}

function withTaps(taps: number, { channels, channelPositions }: TensorShape): Uint32Array {
  return Uint32Array.from(
    Array.from({ length: taps }, (_, tap) =>
      Array.from(channelPositions, (position) => tap * channels + position),
    ).flat(),
  );
}

function positionsOf(
  inputs: Uint32Array,
  outputs: Uint32Array,
  position: (input: number, output: number) => number,
): Uint32Array {
  const positions = new Uint32Array(inputs.length * outputs.length);
  let i = 0;
  for (const input of inputs)
    for (const output of outputs) positions[i++] = position(input, output);
  return positions;
}
