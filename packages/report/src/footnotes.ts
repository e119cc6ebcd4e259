import type { NotMeasured } from "./figure.ts";

/** Collects footnotes while tables are built, and numbers them in the order of their first mention. */
export interface Footnotes {
  /** The number of the note that says why a figure is missing and how to get it. */
  readonly citeMissing: (figure: NotMeasured) => number;
  readonly texts: readonly string[];
}

export function createFootnotes(): Footnotes {
  const texts: string[] = [];
  return {
    texts,
    citeMissing({ reason, howTo }) {
      const text = `Not measured because ${reason}. ${howTo}`;
      const position = texts.indexOf(text);
      return position === -1 ? texts.push(text) : position + 1;
    },
  };
}
