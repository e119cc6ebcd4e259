import type { Variable } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  everything,
  type ImageShape,
  type Layer,
  type Network,
  type Range,
  type Weight,
  type Window,
} from "./network.ts";

/** The network of a model, or every reason why this engine cannot train it. */
export function readNetwork(
  model: LayersModel,
): { readonly network: Network } | { readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  const input = inputShape(model, reasons);
  const layers: Layer[] = [];
  const trained = new Set(model.trainableWeights.map((weight) => weight.id));
  const chain = chainOf(model, reasons);
  let endsInSoftmax = false;
  let isSpread = false;
  for (const layer of chain) {
    const className = layer.getClassName();
    const reader = Object.hasOwn(readers, className) ? readers[className] : undefined;
    const source = new LayerSource(layer, trained, reasons);
    if (endsInSoftmax) source.refuse("it comes after softmax");
    if (reader === undefined) source.refuse("the engine has no such layer");
    else endsInSoftmax = reader(source, layers);
    if (className === "Dense") isSpread = false;
    if (className === "Flatten") isSpread ||= source.shape("input").length > 1;
  }
  if (isSpread) reasons.push("no dense layer stands between Flatten and softmax");
  const { shape } = model.outputs[0]!;
  const classes = shape[1];
  if (shape.length !== 2 || typeof classes !== "number") {
    reasons.push(`its output is [${shape.join(", ")}], not [batch, classes]`);
  }
  if (reasons.length === 0 && !endsInSoftmax) reasons.push("it does not end in softmax");
  if (reasons.length > 0 || input === undefined) return { reasons };
  return { network: { input, layers: fuseClamps(layers), classes: classes as number } };
}

type TfLayer = LayersModel["layers"][number];

function inputShape(model: LayersModel, reasons: string[]): ImageShape | undefined {
  const shape = model.inputs[0]!.shape.slice(1);
  if (model.inputs.length === 1 && model.outputs.length === 1) {
    const [height, width, channels] = shape;
    if (shape.length === 1 && height != null) return { height: 1, width: 1, channels: height };
    if (shape.length === 3 && height != null && width != null && channels != null) {
      return { height, width, channels };
    }
  }
  reasons.push(
    `it takes ${model.inputs.length} inputs, the first [${shape.map((size) => size ?? "?").join(", ")}]; ` +
      "the engine takes one of [height, width, channels] or [depth]",
  );
  return undefined;
}

/** The layers in order, if each feeds the next and no other. */
function chainOf(model: LayersModel, reasons: string[]): readonly TfLayer[] {
  const layers = model.layers.filter((layer) => layer.getClassName() !== "InputLayer");
  let previous = model.inputs[0]!;
  for (const layer of layers) {
    const [node] = layer.inboundNodes;
    const [only] = node?.inputTensors ?? [];
    if (layer.inboundNodes.length !== 1 || node!.inputTensors.length !== 1 || only !== previous) {
      reasons.push(`"${layer.name}" does not take just the output of the layer before it`);
      return layers;
    }
    previous = node!.outputTensors[0]!;
  }
  if (model.outputs[0] !== previous) reasons.push("its output is not that of its last layer");
  return layers;
}

/** One layer's settings, read with complaints. */
class LayerSource {
  readonly layer: TfLayer;
  readonly config: Readonly<Record<string, unknown>>;
  readonly #trained: ReadonlySet<number>;
  readonly #reasons: string[];

  constructor(layer: TfLayer, trained: ReadonlySet<number>, reasons: string[]) {
    this.layer = layer;
    this.config = layer.getConfig();
    this.#trained = trained;
    this.#reasons = reasons;
    for (const [name, value] of Object.entries(this.config)) {
      if (/(Regularizer|Constraint)$/.test(name) && value != null) this.refuse(`it has a ${name}`);
    }
    if (this.config["dataFormat"] === "channelsFirst") this.refuse("its channels come first");
  }

  refuse(why: string): void {
    this.#reasons.push(`"${this.layer.name}" (${this.layer.getClassName()}): ${why}`);
  }

  shape(which: "input" | "output"): readonly number[] {
    const [node] = this.layer.inboundNodes;
    const shapes = which === "input" ? node!.inputShapes : node!.outputShapes;
    return (shapes[0] as number[]).slice(1);
  }

  /** By the last part of its name: kernel, bias, … */
  weight(role: string): Weight | undefined {
    const found = this.layer.weights.find(({ originalName }) => originalName.endsWith(`/${role}`));
    if (found === undefined) return undefined;
    return { variable: found.read() as Variable, isTrained: this.#trained.has(found.id) };
  }

  window(size: unknown, strides: unknown): Window {
    const [inHeight, inWidth] = this.shape("input") as [number, number];
    const [height, width] = pair(size);
    const [strideY, strideX] = pair(strides);
    const isSame = this.config["padding"] === "same";
    const y = slide(inHeight, height, strideY, isSame);
    const x = slide(inWidth, width, strideX, isSame);
    return {
      height,
      width,
      strideY,
      strideX,
      padTop: y.pad,
      padLeft: x.pad,
      outHeight: y.out,
      outWidth: x.out,
    };
  }
}

/** Returns whether the layer ends in softmax. */
type Reader = (source: LayerSource, layers: Layer[]) => boolean;

const readers: Readonly<Record<string, Reader>> = {
  Dense(source, layers) {
    if (source.shape("input").length !== 1) source.refuse("its input is not a vector");
    return withActivation(source, (range) => {
      layers.push({
        kind: "dense",
        units: source.config["units"] as number,
        kernel: source.weight("kernel")!,
        bias: source.weight("bias"),
        range,
      });
    });
  },

  Conv2D(source, layers) {
    refuseDilation(source);
    return withActivation(source, (range) => {
      layers.push({
        kind: "convolution",
        window: source.window(source.config["kernelSize"], source.config["strides"]),
        filters: source.config["filters"] as number,
        kernel: source.weight("kernel")!,
        bias: source.weight("bias"),
        range,
      });
    });
  },

  DepthwiseConv2D(source, layers) {
    refuseDilation(source);
    if (source.config["depthMultiplier"] !== 1) source.refuse("its depthMultiplier is not 1");
    return withActivation(source, (range) => {
      layers.push({
        kind: "depthwise",
        window: source.window(source.config["kernelSize"], source.config["strides"]),
        kernel: source.weight("depthwise_kernel")!,
        bias: source.weight("bias"),
        range,
      });
    });
  },

  BatchNormalization(source, layers) {
    const { axis } = source.config;
    const last = source.shape("input").length;
    if (axis !== -1 && axis !== last)
      source.refuse(`it normalizes axis ${String(axis)}, not the last`);
    layers.push({
      kind: "batch-normalization",
      gamma: source.weight("gamma"),
      beta: source.weight("beta"),
      movingMean: source.weight("moving_mean")!,
      movingVariance: source.weight("moving_variance")!,
      momentum: source.config["momentum"] as number,
      epsilon: source.config["epsilon"] as number,
      range: everything,
    });
    return false;
  },

  MaxPooling2D: pool("max-pool"),
  AveragePooling2D: pool("average-pool"),

  GlobalAveragePooling2D(source, layers) {
    const window = source.window(source.shape("input").slice(0, 2), [1, 1]);
    layers.push({ kind: "average-pool", window });
    return false;
  },

  Flatten(source, layers) {
    if (source.shape("input").length > 1) layers.push({ kind: "flatten" });
    return false;
  },

  Dropout(source, layers) {
    const { rate, noiseShape, seed } = source.config;
    if (noiseShape != null) source.refuse("it has a noiseShape");
    if ((rate as number) > 0) {
      layers.push({
        kind: "dropout",
        rate: rate as number,
        seed: typeof seed === "number" ? seed : undefined,
      });
    }
    return false;
  },

  ReLU(source, layers) {
    const { maxValue } = source.config;
    layers.push({
      kind: "clamp",
      range: { lo: 0, hi: typeof maxValue === "number" ? maxValue : Infinity },
    });
    return false;
  },

  Activation(source, layers) {
    return withActivation(source, (range) => {
      if (range !== everything) layers.push({ kind: "clamp", range });
    });
  },

  Softmax(source) {
    const { axis } = source.config;
    const last = source.shape("input").length;
    if (axis !== undefined && axis !== -1 && axis !== last)
      source.refuse("it is not over the classes");
    return true;
  },
};

const ranges: Readonly<Record<string, Range>> = {
  linear: everything,
  relu: { lo: 0, hi: Infinity },
  relu6: { lo: 0, hi: 6 },
};

function withActivation(source: LayerSource, add: (range: Range) => void): boolean {
  const activation = source.config["activation"] as string;
  const isSoftmax = activation === "softmax";
  const range = Object.hasOwn(ranges, activation) ? ranges[activation] : undefined;
  if (range === undefined && !isSoftmax)
    source.refuse(`the engine has no activation ${activation}`);
  else if (isSoftmax && source.shape("output").length !== 1) source.refuse("softmax of an image");
  else add(range ?? everything);
  return isSoftmax;
}

function pool(kind: "max-pool" | "average-pool"): Reader {
  return (source, layers) => {
    layers.push({
      kind,
      window: source.window(source.config["poolSize"], source.config["strides"]),
    });
    return false;
  };
}

function refuseDilation(source: LayerSource): void {
  if (pair(source.config["dilationRate"] ?? 1).some((rate) => rate !== 1)) {
    source.refuse("it is dilated");
  }
}

function pair(value: unknown): readonly [number, number] {
  return typeof value === "number" ? [value, value] : (value as [number, number]);
}

/** Source of the padding: `getPadAndOutInfo`, tfjs-core/src/ops/conv_util.ts. */
function slide(size: number, window: number, stride: number, isSame: boolean) {
  if (!isSame) return { out: Math.floor((size - window) / stride) + 1, pad: 0 };
  const out = Math.ceil(size / stride);
  return { out, pad: Math.max(0, (out - 1) * stride + window - size) >> 1 };
}

/** A clamp right behind a layer that can do it itself becomes part of it. */
function fuseClamps(layers: readonly Layer[]): readonly Layer[] {
  const fused: Layer[] = [];
  for (const layer of layers) {
    const previous = fused.at(-1);
    if (layer.kind === "clamp" && previous !== undefined && "range" in previous) {
      fused[fused.length - 1] = { ...previous, range: both(previous.range, layer.range) };
    } else {
      fused.push(layer);
    }
  }
  return fused;
}

/** One clamp after another. The second may cut off all that the first leaves. */
function both(first: Range, second: Range): Range {
  const into = (value: number) => Math.min(Math.max(value, second.lo), second.hi);
  return { lo: into(first.lo), hi: into(first.hi) };
}
