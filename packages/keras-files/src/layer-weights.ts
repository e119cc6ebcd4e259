/** The weights of one layer, in the order in which Keras lists them: those it trains first. */
export interface LayerWeights {
  /** Name of the layer; inside a nested model after the name of that model. */
  readonly path: readonly string[];
  readonly tensors: readonly WeightValues[];
}

export interface WeightValues {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
