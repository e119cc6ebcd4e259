import * as Plot from "@observablehq/plot";
import type { Markup } from "../markup.ts";
import type { LineChart } from "../report-document.ts";
import { drawPlot, fontSize, seriesColor } from "./plot.ts";

/** Lines over whole positions from 1; the second is dashed, so that color is not all that tells them apart. */
export function drawLines({ caption, x, y, fromZero, lines }: LineChart): Markup {
  const count = lines.reduce((most, { values }) => Math.max(most, values.length), 1);
  return drawPlot(`${caption}: ${lines.map(({ label }) => label).join(" and ")}`, {
    width: 400,
    height: 260,
    marginLeft: 48,
    marginTop: 28,
    marginBottom: 40,
    style: { fontSize: `${fontSize}px` },
    // A single position would have no width.
    x: {
      label: x,
      domain: count === 1 ? [0, 2] : [1, count],
      ticks: wholeTicks(count),
      tickFormat: String,
    },
    y: { label: y, grid: true, nice: true, zero: fromZero, ticks: 5 },
    marks: lines.flatMap(({ values }, position) => {
      const points = values.map((value, index) => ({
        position: index + 1,
        value: value ?? Number.NaN,
      }));
      const channels = { x: "position", y: "value" };
      const color = seriesColor(position);
      return [
        Plot.line(points, {
          ...channels,
          stroke: color,
          strokeWidth: 2,
          ...(position > 0 && { strokeDasharray: dashes }),
        }),
        // Over many positions the dots would hide the line.
        ...(count > 30 ? [] : [Plot.dot(points, { ...channels, fill: color, r: 3 })]),
      ];
    }),
  });
}

/** Of every line but the first. */
export const dashes = "5 4";

/** At most ten whole positions, the first included. */
function wholeTicks(count: number): number[] {
  const step = Math.ceil(count / 10);
  return Array.from({ length: Math.ceil(count / step) }, (_, tick) => 1 + tick * step);
}
