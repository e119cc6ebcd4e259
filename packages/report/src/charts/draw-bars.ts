import * as Plot from "@observablehq/plot";
import type { Markup } from "../markup.ts";
import type { BarChart } from "../report-document.ts";
import { charactersIn, drawPlot, fontSize, seriesColor, shortened } from "./plot.ts";

/** Bars from left to right, each under a line with its label and its figure. */
export function drawBars({ caption, bars }: BarChart): Markup {
  const segments = bars.flatMap(({ values }, bar) => {
    let end = 0;
    return values.map((value, part) => {
      const begin = end;
      end += value;
      return { bar, part, begin, end };
    });
  });
  const longest = segments.reduce((most, { end }) => Math.max(most, end), 1);
  const spoken = bars.map(({ label, figure }) => `${label}: ${figure}`).join("; ");
  const line = { y: (_: unknown, bar: number) => bar, dy: fontSize - barHeight / 2, fontSize };
  return drawPlot(`${caption}. ${spoken}`, {
    width,
    height: bars.length * barHeight,
    margin: 0,
    x: { domain: [0, longest], axis: null },
    y: { domain: bars.map((_, bar) => bar), axis: null, padding: 0 },
    marks: [
      Plot.barX(segments, {
        x1: "begin",
        x2: "end",
        y: "bar",
        fill: ({ part }: { part: number }) => seriesColor(part),
        insetTop: fontSize * 1.75,
        insetBottom: fontSize * 0.75,
      }),
      Plot.text(bars, {
        ...line,
        text: ({ label, figure }) => shortened(label, charactersIn(width) - figure.length - 2),
        frameAnchor: "left",
      }),
      Plot.text(bars, { ...line, text: "figure", frameAnchor: "right", fontWeight: "bold" }),
    ],
  });
}

const width = 400;
const barHeight = 44;
