import type { Shape, TensorId } from "@smidgen/graph";

/** A network of Keras layers as plain data, of which `@smidgen/training`'s `modelOfLayers` makes a LayersModel. */
export interface LayersDescription {
  /** `{ class_name, config }` in the form of Keras 2. */
  readonly topology: {
    readonly class_name: string;
    readonly config: Readonly<Record<string, unknown>>;
  };
  /** Layers that have weights. */
  readonly layers: readonly DescribedWeights[];
}

export interface DescribedWeights {
  readonly path: readonly [layer: string];
  /** In Keras's order. */
  readonly tensors: readonly DescribedTensor[];
}

export interface DescribedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** What one operator becomes: layers one after another, the first of which reads `inputs`. */
export interface LayerChain {
  readonly inputs: readonly TensorId[];
  readonly layers: readonly [LayerSpec, ...LayerSpec[]];
}

export interface LayerSpec {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights?: readonly DescribedTensor[];
}

/** Why an operator has no layer. */
export interface NoLayer {
  readonly problem: string;
}
