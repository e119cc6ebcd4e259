/** What a tensor's values were between while a network ran over samples. Plain JSON. */
export interface Ranges {
  /** How many samples they were taken over. */
  readonly samples: number;
  /** Of every tensor that is not a constant, by name. */
  readonly tensors: Readonly<Record<string, Range>>;
}

/** Real values, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}
