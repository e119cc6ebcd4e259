import type { Variable } from "@tensorflow/tfjs-core";

/**
 * Layers that this engine trains, each after those it takes from, ending in logits, as plain data.
 *
 * Tensors have numbers: 0 is the input, and i + 1 what layer i puts out. The last one is the logits.
 */
export interface Network {
  readonly input: ImageShape;
  readonly layers: readonly Layer[];
  /** The tensors that each layer takes. All but `add` take one. */
  readonly sources: readonly (readonly number[])[];
  readonly classes: number;
}

/** How many layers take each tensor. A layer that takes one twice counts twice. */
export function consumerCounts({ layers, sources }: Network): readonly number[] {
  const counts = Array.from({ length: layers.length + 1 }, () => 0);
  for (const source of sources.flat()) counts[source]!++;
  return counts;
}

/** Vectors are images of one pixel. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export type Layer =
  | Dense
  | Convolution
  | Depthwise
  | BatchNormalization
  | Pool
  | Add
  | Clamp
  | Dropout
  | Flatten;

/** A weight of the model, in the layout that Keras gives it. */
export interface Weight {
  readonly variable: Variable;
  /** false for what an optimizer leaves alone: frozen layers, statistics. */
  readonly isTrained: boolean;
}

/** An activation that cuts off: lo ≤ y ≤ hi. relu is [0, ∞], relu6 [0, 6], linear [−∞, ∞]. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

export const everything: Range = { lo: -Infinity, hi: Infinity };

/** [batch, depth] → [batch, units]; kernel [depth, units], bias [units] */
export interface Dense {
  readonly kind: "dense";
  readonly units: number;
  readonly kernel: Weight;
  readonly bias: Weight | undefined;
  readonly range: Range;
}

/** How a window slides over an image: where it begins, how far it moves, how often. */
export interface Window {
  readonly height: number;
  readonly width: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** kernel [height, width, in channels, out channels] */
export interface Convolution {
  readonly kind: "convolution";
  readonly window: Window;
  readonly filters: number;
  readonly kernel: Weight;
  readonly bias: Weight | undefined;
  readonly range: Range;
}

/** kernel [height, width, channels, 1] */
export interface Depthwise {
  readonly kind: "depthwise";
  readonly window: Window;
  readonly kernel: Weight;
  readonly bias: Weight | undefined;
  readonly range: Range;
}

/** gamma, beta, movingMean, movingVariance: [channels] */
export interface BatchNormalization {
  readonly kind: "batch-normalization";
  readonly gamma: Weight | undefined;
  readonly beta: Weight | undefined;
  readonly movingMean: Weight;
  readonly movingVariance: Weight;
  readonly momentum: number;
  readonly epsilon: number;
  readonly range: Range;
}

export interface Pool {
  readonly kind: "max-pool" | "average-pool";
  readonly window: Window;
}

/** The sum of tensors of one shape. */
export interface Add {
  readonly kind: "add";
  readonly range: Range;
}

export interface Clamp {
  readonly kind: "clamp";
  readonly range: Range;
}

export interface Dropout {
  readonly kind: "dropout";
  /** Share of values that become 0, 0..1. */
  readonly rate: number;
  readonly seed: number | undefined;
}

export interface Flatten {
  readonly kind: "flatten";
}
