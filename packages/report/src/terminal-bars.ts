import type { BarChart, Table } from "./report-document.ts";
import { end, start } from "./sections/cells.ts";

/** A bar chart as a table whose last column is drawn with block characters. */
export function terminalBars({ caption, parts, bars }: BarChart): Table {
  const totals = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const charactersPerUnit = barWidth / totals.reduce((a, b) => Math.max(a, b), 1);
  return {
    kind: "table",
    caption,
    headless: true,
    columns: [start("System"), end("Figure"), start("Bar")],
    rows: bars.map(({ label, figure, values }) => [
      { text: label },
      { text: figure },
      { text: drawBar(values, charactersPerUnit) },
    ]),
    ...(parts.length > 1 && {
      legend: parts.map((part, position) => `${shade(position)} ${part}`).join("   "),
    }),
  };
}

/** Leaves room for a label and a figure in 80 columns. */
const barWidth = 32;

/** Parts end where their exact sums end, so that rounding does not add up. */
function drawBar(values: readonly number[], charactersPerUnit: number): string {
  let sum = 0;
  let bar = "";
  for (const [position, value] of values.entries()) {
    sum += value;
    bar += shade(position).repeat(Math.round(sum * charactersPerUnit) - bar.length);
  }
  return bar;
}

function shade(position: number): string {
  return ["█", "▒", "░"][position % 3] ?? "█";
}
