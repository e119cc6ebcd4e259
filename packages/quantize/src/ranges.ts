/** What a tensor's values were between while a network ran over samples. Plain JSON. */
export interface Ranges {
  /** How many samples they were taken over. */
  readonly samples: number;
  /** How they were found: `min-max`, `percentile 99.99`. Only for those who read it. */
  readonly method?: string;
  /** Of every float tensor that is computed, and of the state of recurrent layers, by name. */
  readonly tensors: Readonly<Record<string, Range>>;
}

/** Real values, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /**
   * With `zeroPoint`: how the tensor is stored, whatever the range would ask for. A positive float32. Not for
   * tensors that are stored in other types than the zero point is of.
   */
  readonly scale?: number;
  readonly zeroPoint?: number;
}
