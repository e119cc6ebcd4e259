import type { Figure, NotMeasured } from "../figure.ts";
import type { Footnotes } from "../footnotes.ts";
import { formatKilobytes } from "../format.ts";
import type { Cell, Column, Table } from "../report-document.ts";

export const kilobyteLegend = "KB = 1,000 bytes.";
export const calculatedLegend =
  "* calculated from the model and the memory plan; nothing was run to observe it.";
const atLeastLegend = "≥ a part of the sum was not measured.";

export const start = (header: string): Column => ({ header, align: "start" });
export const end = (header: string): Column => ({ header, align: "end" });

/** Two columns: what it is, and what it says. */
export function factTable(caption: string, facts: readonly (readonly [string, string])[]): Table {
  return {
    kind: "table",
    caption,
    headless: true,
    columns: [start("Fact"), start("Value")],
    rows: facts.map(([name, value]) => [{ text: name }, { text: value }]),
  };
}

export function missingCell(figure: NotMeasured, notes: Footnotes): Cell {
  return { text: "not measured", note: notes.citeMissing(figure) };
}

/** The figure in the given format, starred where it was calculated, or the footnote that says why not. */
export function figureCell(
  figure: Figure,
  format: (value: number) => string,
  notes: Footnotes,
): Cell {
  if (figure.kind === "not-measured") return missingCell(figure, notes);
  return { text: format(figure.value) + (figure.kind === "calculated" ? "*" : "") };
}

/** The sum of bytes in KB; "≥" where a part is missing, and a footnote where all are. */
export function sumCell(figures: readonly [Figure, ...Figure[]], notes: Footnotes): Cell {
  const known = figures.flatMap((figure) => (figure.kind === "not-measured" ? [] : figure));
  if (known.length === 0) return figureCell(figures[0], formatKilobytes, notes);
  const bytes = known.reduce((sum, { value }) => sum + value, 0);
  const atLeast = known.length < figures.length ? "≥ " : "";
  const star = known.some(({ kind }) => kind === "calculated") ? "*" : "";
  return { text: `${atLeast}${formatKilobytes(bytes)}${star}` };
}

/** Those of the legends whose sign is in the table. */
export function legendFor(rows: readonly (readonly Cell[])[], always: string): string {
  const text = rows.flatMap((row) => row.map((cell) => cell.text));
  return [
    always,
    ...(text.some((cell) => /\d\*$/.test(cell)) ? [calculatedLegend] : []),
    ...(text.some((cell) => cell.startsWith("≥ ")) ? [atLeastLegend] : []),
  ].join(" ");
}
