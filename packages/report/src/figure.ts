/**
 * A number that says where it comes from, or why it is missing. Nothing is left blank and nothing is
 * guessed: what was not measured carries the reason, and the report prints it as a footnote.
 */
export type Figure = KnownFigure | NotMeasured;

/**
 * `measured`: observed by running or weighing the thing itself.
 * `calculated`: follows from the model and the plan; nothing was run.
 */
export interface KnownFigure {
  readonly kind: "measured" | "calculated";
  readonly value: number;
  /** What was counted, and with what: "arena of the memory plan; the stack is not counted". */
  readonly how: string;
}

export interface NotMeasured {
  readonly kind: "not-measured";
  /** A clause without a full stop: "no cross compiler was found". */
  readonly reason: string;
  /** How to get the figure, a sentence: "Install gcc-arm-none-eabi and run again." */
  readonly howTo: string;
}

export function measured(value: number, how: string): KnownFigure {
  return { kind: "measured", value, how };
}

export function calculated(value: number, how: string): KnownFigure {
  return { kind: "calculated", value, how };
}

export function notMeasured(reason: string, howTo: string): NotMeasured {
  return { kind: "not-measured", reason, howTo };
}
