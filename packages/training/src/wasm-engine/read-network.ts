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
  const trained = new Set(model.trainableWeights.map((weight) => weight.id));
  const flow = new Flow(model);
  for (const layer of model.layers) {
    const className = layer.getClassName();
    if (className === "InputLayer") continue;
    const inputs = flow.inputsOf(layer);
    if (inputs === undefined) {
      reasons.push(`"${layer.name}" does not take what the layers before it put out, each once`);
      // everything behind it would say the same
      break;
    }
    const source = new LayerSource(layer, trained, reasons);
    const reader = Object.hasOwn(readers, className) ? readers[className] : undefined;
    if (inputs.some(({ isSoftmax }) => isSoftmax)) source.refuse("it comes after softmax");
    if (inputs.length > 1 && className !== "Add") source.refuse("it takes several tensors");
    const isSpread = inputs.some((each) => each.isSpread);
    const added: Layer[] = [];
    let isSoftmax = false;
    if (reader === undefined) source.refuse("the engine has no such layer");
    else isSoftmax = reader(source, added);
    if (className === "Add" && isSpread) source.refuse("it adds flattened images");
    flow.put(layer, added, {
      isSoftmax,
      isSpread:
        className !== "Dense" &&
        (isSpread || (className === "Flatten" && source.shape("input").length > 1)),
    });
  }
  const output = flow.outputOf(model);
  if (output?.isSpread === true) {
    reasons.push("no dense layer stands between Flatten and softmax");
  }
  const { shape } = model.outputs[0]!;
  const classes = shape[1];
  if (shape.length !== 2 || typeof classes !== "number") {
    reasons.push(`its output is [${shape.join(", ")}], not [batch, classes]`);
  }
  const { layers, sources } = flow;
  if (reasons.length === 0 && output?.isSoftmax !== true) {
    reasons.push("it does not end in softmax");
  }
  if (reasons.length === 0 && output?.index !== layers.length) {
    reasons.push("its output is not that of its last layer");
  }
  if (reasons.length > 0 || input === undefined) return { reasons };
  const network = { input, layers, sources, classes: classes as number };
  const refusal = flattenBesideTaps(network);
  return refusal === undefined ? { network } : { reasons: [refusal] };
}

/** A tensor of the network, as the model's tensors are followed. */
interface Current {
  readonly index: number;
  readonly isSoftmax: boolean;
  /** Whether its values lie with gaps between them, as those of a flattened image may. */
  readonly isSpread: boolean;
}

/** Follows the model's tensors through the layers, and collects these. */
class Flow {
  readonly layers: Layer[] = [];
  readonly sources: (readonly number[])[] = [];
  readonly #current = new Map<unknown, Current>();
  readonly #uses = new Map<unknown, number>();
  /** Tensors of the network that more than one layer of the model takes. */
  readonly #shared = new Set<number>();

  constructor(model: LayersModel) {
    for (const tensor of model.layers.flatMap(inputTensorsOf)) {
      this.#uses.set(tensor, (this.#uses.get(tensor) ?? 0) + 1);
    }
    this.#set(model.inputs[0]!, { index: 0, isSoftmax: false, isSpread: false });
  }

  /** undefined where one of them is not known, or the layer is used more than once. */
  inputsOf(layer: TfLayer): readonly Current[] | undefined {
    const inputs = inputTensorsOf(layer).map((tensor) => this.#current.get(tensor));
    const isKnown = inputs.length > 0 && inputs.every((input) => input !== undefined);
    return layer.inboundNodes.length === 1 && isKnown ? inputs : undefined;
  }

  /** What a layer of the model became: nothing, one layer, or part of the one before. */
  put(layer: TfLayer, added: readonly Layer[], state: Omit<Current, "index">): void {
    let sources = this.inputsOf(layer)!.map(({ index }) => index);
    for (const each of added) {
      const [source] = sources as [number];
      const producer = this.layers[source - 1];
      if (
        each.kind === "clamp" &&
        producer !== undefined &&
        "range" in producer &&
        !this.#shared.has(source)
      ) {
        // a clamp right behind a layer that can do it itself becomes part of it
        this.layers[source - 1] = { ...producer, range: both(producer.range, each.range) };
      } else {
        this.layers.push(each);
        this.sources.push(sources);
        sources = [this.layers.length];
      }
    }
    this.#set(layer.inboundNodes[0]!.outputTensors[0]!, { index: sources[0]!, ...state });
  }

  outputOf(model: LayersModel): Current | undefined {
    return this.#current.get(model.outputs[0]!);
  }

  #set(tensor: unknown, current: Current): void {
    this.#current.set(tensor, current);
    if ((this.#uses.get(tensor) ?? 0) > 1) this.#shared.add(current.index);
  }
}

function inputTensorsOf(layer: TfLayer): readonly unknown[] {
  if (layer.getClassName() === "InputLayer") return [];
  return layer.inboundNodes[0]?.inputTensors ?? [];
}

/** Flattening takes values that lie without gaps, and taps that reach over the edge need a border. */
function flattenBesideTaps({ layers, sources }: Network): string | undefined {
  for (const [index, layer] of layers.entries()) {
    if (layer.kind !== "flatten") continue;
    const [source] = sources[index]!;
    const others = layers.filter((_, i) => i !== index && sources[i]!.includes(source!));
    if (others.some((other) => "window" in other)) {
      return "a tensor is flattened, and taken by a layer with a window too";
    }
  }
  return undefined;
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

  inputShapes(): readonly (readonly number[])[] {
    return this.layer.inboundNodes[0]!.inputShapes.map((shape) => (shape as number[]).slice(1));
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

  Add(source, layers) {
    const shapes = source.inputShapes();
    if (shapes.some((shape) => shape.join() !== shapes[0]!.join())) {
      source.refuse("its inputs differ in shape");
    }
    layers.push({ kind: "add", range: everything });
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

/** One clamp after another. The second may cut off all that the first leaves. */
function both(first: Range, second: Range): Range {
  const into = (value: number) => Math.min(Math.max(value, second.lo), second.hi);
  return { lo: into(first.lo), hi: into(first.hi) };
}
