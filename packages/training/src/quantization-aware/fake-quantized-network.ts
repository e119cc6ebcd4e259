import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { fakeQuantizeActivations, fakeQuantizeWeights, type WeightGrid } from "./fake-quantize.ts";
import { type Layer, likeInput, type QuantizedLayer, quantizedLayers } from "./quantized-layers.ts";
import { type RangeTracker, rangeTracker, type TrainedRange } from "./range-tracker.ts";

/** The part of a `Scheme` of @smidgen/quantize that can be trained for. */
export interface TrainedScheme {
  readonly default: "int4" | "int8";
  /** Of single layers, by the name of the layer or of its tensor in the graph, such as `dense_1/linear`. No patterns. */
  readonly operators?: Readonly<Record<string, "int4" | "int8">>;
  /** Default: `per-channel`. */
  readonly convWeights?: "per-channel" | "per-tensor";
  /** Default: `per-tensor`. */
  readonly denseWeights?: "per-channel" | "per-tensor";
}

/** A network that rounds where its integers will. It shares the model's weights. */
export interface FakeQuantizedNetwork {
  /**
   * images [count, ...shape] → logits [count, classes].
   *
   * `observe`: batches that ranges are taken from change them; `round`: activations are rounded by their ranges.
   */
  readonly logits: (
    images: tf.Tensor,
    how: { readonly training: boolean; readonly observe: boolean; readonly round: boolean },
  ) => tf.Tensor;
  /** By the names that @smidgen/convert gives to tensors. */
  readonly ranges: () => Readonly<Record<string, TrainedRange>>;
  /** Puts each layer's weights on the grid on which they will be stored. */
  readonly roundWeights: () => void;
}

/** @throws UserError `unsupported-layer`; `unknown-layer`, naming every entry of the scheme that no layer answers to */
export function fakeQuantizedNetwork(
  model: LayersModel,
  scheme: TrainedScheme,
): FakeQuantizedNetwork {
  const layers = quantizedLayers(model);
  requireKnownNames(layers, scheme);
  const grids = new Map(
    layers
      .filter(({ kind }) => kind === "weighted")
      .map((each) => [each.layer, weightGrid(each, scheme)]),
  );
  const trackers = new Map<string, RangeTracker>(
    layers.flatMap(({ stored }) =>
      typeof stored === "string" ? [[stored, rangeTracker()] as const] : [],
    ),
  );
  // What only moves values is stored as what it moves.
  const storedAs = new Map<SymbolicTensor, string | undefined>();
  for (const { stored, inputs, output } of layers) {
    storedAs.set(output, stored === likeInput ? storedAs.get(inputs[0]!) : stored);
  }

  return {
    logits(images, { training, observe, round }) {
      const values = new Map<SymbolicTensor, tf.Tensor>();
      let last: tf.Tensor = images;
      for (const each of layers) {
        const inputs = each.inputs.map((tensor) => values.get(tensor)!);
        let output = each.kind === "input" ? images : compute(each, inputs, grids, training);
        const tracker = trackers.get(storedAs.get(each.output) ?? "");
        // Averages are rounded too, where pooling keeps its input's scale.
        const isRounded = each.stored !== undefined && tracker !== undefined;
        if (isRounded && each.stored !== likeInput && observe) tracker.see(output);
        if (isRounded && round) output = fakeQuantizeActivations(output, tracker.grid());
        values.set(each.output, output);
        last = output;
      }
      return values.get(model.outputs[0]!) ?? last;
    },
    ranges: () => Object.fromEntries([...trackers].map(([name, each]) => [name, each.range()])),
    roundWeights() {
      tf.tidy(() => {
        for (const [layer, grid] of grids) {
          const kernel = layer.weights[0]!.read() as tf.Variable;
          kernel.assign(fakeQuantizeWeights(kernel as tf.Tensor, grid));
        }
      });
    },
  };
}

function compute(
  { layer, kind, activation }: QuantizedLayer,
  inputs: readonly tf.Tensor[],
  grids: ReadonlyMap<Layer, WeightGrid>,
  training: boolean,
): tf.Tensor {
  const [input] = inputs as [tf.Tensor];
  if (kind === "weighted") {
    const [kernel, bias] = layer.weights.map((weight) => weight.read());
    const sums = linear(layer, input, fakeQuantizeWeights(kernel!, grids.get(layer)!));
    return activated(bias === undefined ? sums : tf.add(sums, bias), activation);
  }
  const className = layer.getClassName();
  if (["Activation", "ReLU", "Softmax"].includes(className)) return activated(input, activation);
  return layer.apply(inputs.length === 1 ? input : [...inputs], { training }) as tf.Tensor;
}

function linear(layer: Layer, input: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  if (layer.getClassName() === "Dense") {
    const [depth = 1, units = 1] = kernel.shape;
    const product = tf.matMul(tf.reshape(input, [-1, depth]), kernel);
    return tf.reshape(product, [...input.shape.slice(0, -1), units]);
  }
  const { strides, padding } = layer.getConfig() as {
    readonly strides: number | [number, number];
    readonly padding: "same" | "valid";
  };
  const convolve = layer.getClassName() === "Conv2D" ? tf.conv2d : tf.depthwiseConv2d;
  return convolve(input as tf.Tensor4D, kernel as tf.Tensor4D, strides, padding);
}

function activated(values: tf.Tensor, activation: QuantizedLayer["activation"]): tf.Tensor {
  if (activation === "linear") return values;
  return activation === "relu" ? tf.relu(values) : tf.clipByValue(tf.relu(values), 0, 6);
}

/** Kernels are [.., in, out]; those of depthwise convolutions [height, width, channels, multiplier]. */
function weightGrid({ layer, stored }: QuantizedLayer, scheme: TrainedScheme): WeightGrid {
  const { convWeights = "per-channel", denseWeights = "per-tensor", operators = {} } = scheme;
  const className = layer.getClassName();
  const tensor = typeof stored === "string" ? stored : layer.name;
  const chosen = operators[tensor] ?? operators[layer.name] ?? scheme.default;
  const rank = layer.weights[0]!.shape.length;
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const scales = className === "Dense" ? denseWeights : convWeights;
  const ownAxes = scales === "per-tensor" ? 0 : className === "DepthwiseConv2D" ? 2 : 1;
  return { limit: chosen === "int4" ? 7 : 127, sharedAxes: axes.slice(0, rank - ownAxes) };
}

function requireKnownNames(layers: readonly QuantizedLayer[], { operators = {} }: TrainedScheme) {
  const names = new Set(
    layers
      .filter(({ kind }) => kind === "weighted")
      .flatMap(({ layer, stored }) => [
        layer.name,
        ...(typeof stored === "string" ? [stored] : []),
      ]),
  );
  const unknown = Object.keys(operators).filter((name) => !names.has(name));
  if (unknown.length === 0) return;
  throw new UserError(
    "unknown-layer",
    `no layer with weights is called ${unknown.map((name) => `"${name}"`).join(", ")}`,
    { hint: `There are ${[...names].map((name) => `"${name}"`).join(", ")}.` },
  );
}
