import {
  initializers,
  input,
  layers,
  model,
  type LayersModel,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { layerSeeds } from "../random.ts";
import type { BuildOptions } from "./architecture.ts";

/**
 * Layers as the larger architectures have them, named as Keras names them, with kernels from He's uniform distribution: the
 * normal one goes through Math.log, which differs between machines in the last digit.
 */
export interface LayerMaker {
  readonly input: SymbolicTensor;
  readonly convolution: (x: SymbolicTensor, sizes: Sizes) => SymbolicTensor;
  readonly depthwise: (x: SymbolicTensor, strides?: number) => SymbolicTensor;
  /** Batch normalization and relu. */
  readonly normalizedRelu: (x: SymbolicTensor) => SymbolicTensor;
  /** Batch normalization. */
  readonly normalized: (x: SymbolicTensor) => SymbolicTensor;
  readonly relu: (x: SymbolicTensor) => SymbolicTensor;
  readonly sum: (...tensors: SymbolicTensor[]) => SymbolicTensor;
  readonly dropout: (x: SymbolicTensor, rate: number) => SymbolicTensor;
  readonly averagePool: (x: SymbolicTensor, size: readonly [number, number]) => SymbolicTensor;
  readonly maxPool: (x: SymbolicTensor) => SymbolicTensor;
  /** Flattens, and classifies with one dense layer. */
  readonly classifier: (x: SymbolicTensor) => LayersModel;
}

/** Padding is `same`. */
export interface Sizes {
  readonly filters: number;
  readonly kernelSize: number | readonly [number, number];
  /** Default: 1. */
  readonly strides?: number;
  /** Default: true. */
  readonly useBias?: boolean;
}

export function layerMaker(name: string, { inputShape, classes, seed }: BuildOptions): LayerMaker {
  const nextSeed = layerSeeds(seed);
  const he = () => initializers.heUniform({ seed: nextSeed() });
  const counts = new Map<string, number>();
  const named = (kind: string) => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  };
  const first = input({ shape: [...inputShape], name: "input" });
  const through = (layer: { apply: (x: SymbolicTensor) => unknown }, x: SymbolicTensor) =>
    layer.apply(x) as SymbolicTensor;
  const maker: LayerMaker = {
    input: first,
    convolution: (x, { filters, kernelSize, strides = 1, useBias = true }) =>
      through(
        layers.conv2d({
          name: named("conv2d"),
          filters,
          kernelSize: typeof kernelSize === "number" ? kernelSize : [...kernelSize],
          strides,
          useBias,
          padding: "same",
          kernelInitializer: he(),
        }),
        x,
      ),
    depthwise: (x, strides = 1) =>
      through(
        layers.depthwiseConv2d({
          name: named("depthwise_conv2d"),
          kernelSize: 3,
          strides,
          padding: "same",
          depthwiseInitializer: he(),
        }),
        x,
      ),
    normalizedRelu: (x) => maker.relu(maker.normalized(x)),
    normalized: (x) =>
      through(layers.batchNormalization({ name: named("batch_normalization") }), x),
    relu: (x) => through(layers.reLU({ name: named("re_lu") }), x),
    sum: (...tensors) => layers.add({ name: named("add") }).apply(tensors) as SymbolicTensor,
    dropout: (x, rate) => through(layers.dropout({ name: named("dropout"), rate }), x),
    averagePool: (x, [height, width]) =>
      through(
        layers.averagePooling2d({ name: named("average_pooling2d"), poolSize: [height, width] }),
        x,
      ),
    maxPool: (x) => through(layers.maxPooling2d({ name: named("max_pooling2d"), poolSize: 2 }), x),
    classifier(x) {
      const flat = through(layers.flatten({ name: "flatten" }), x);
      const dense = layers.dense({
        name: "dense",
        units: classes,
        activation: "softmax",
        kernelInitializer: initializers.glorotUniform({ seed: nextSeed() }),
      });
      return model({ name, inputs: first, outputs: through(dense, flat) });
    },
  };
  return maker;
}

/** [height, width] */
export function imageSize({ shape }: SymbolicTensor): readonly [number, number] {
  return [shape[1]!, shape[2]!];
}
