import * as Plot from "@observablehq/plot";
import { formatCount } from "../format.ts";
import type { Markup } from "../markup.ts";
import type { MemoryPlanChart } from "../report-document.ts";
import type { Placement } from "../run-record.ts";
import { charactersIn, drawPlot, fontSize, shortened, tintColor } from "./plot.ts";

/** Time runs from left to right, operator by operator; addresses grow upwards; a box is a tensor's stay. */
export function drawMemoryPlan({
  caption,
  plan: { arenaBytes, ops, placements },
}: MemoryPlanChart): Markup {
  const opWidth = (width - margin.marginLeft - margin.marginRight) / ops.length;
  const bytesHeight = (height - margin.marginTop - margin.marginBottom) / Math.max(1, arenaBytes);
  const place = {
    x1: "firstOp",
    x2: ({ lastOp }: Placement) => lastOp + 1,
    y1: "offsetBytes",
    y2: ({ offsetBytes, bytes }: Placement) => offsetBytes + bytes,
  };
  const namesFit = ops.every((name) => name.length + 1 <= charactersIn(opWidth));
  const everyNth = Math.ceil(ops.length / 30);
  const boxLabel = ({ tensor, bytes, firstOp, lastOp }: Placement) =>
    bytes * bytesHeight < fontSize * 1.2
      ? ""
      : shortened(
          `${tensor}, ${formatCount(bytes)}`,
          charactersIn((lastOp + 1 - firstOp) * opWidth - 8),
        );
  return drawPlot(`${caption}: ${placements.length} tensors in ${formatCount(arenaBytes)} bytes`, {
    width,
    height,
    ...margin,
    style: { fontSize: `${fontSize}px` },
    x: {
      domain: [0, ops.length],
      label: namesFit ? null : "Operator",
      ticks: ops.flatMap((_, op) => (op % everyNth === 0 ? op + 0.5 : [])),
      tickFormat: (middle: number) => {
        const op = Math.floor(middle);
        return namesFit ? (ops[op] ?? "") : String(op);
      },
      tickSize: 0,
    },
    y: {
      domain: [0, Math.max(1, arenaBytes)],
      label: "Offset, bytes",
      ticks: byteTicks(arenaBytes),
      tickFormat: formatCount,
    },
    marks: [
      Plot.gridX(ops.map((_, op) => op).slice(1), { stroke: "currentColor", strokeOpacity: 0.15 }),
      Plot.rect(placements, {
        ...place,
        inset: 0.5,
        rx: 2,
        fill: (_: Placement, position: number) => tintColor(position),
        stroke: "currentColor",
        strokeOpacity: 0.55,
      }),
      Plot.text(placements, {
        x: ({ firstOp, lastOp }: Placement) => (firstOp + lastOp + 1) / 2,
        y: ({ offsetBytes, bytes }: Placement) => offsetBytes + bytes / 2,
        text: boxLabel,
        fontSize,
      }),
      Plot.ruleY([0, arenaBytes]),
    ],
  });
}

const width = 720;
const height = 340;
const margin = { marginTop: 30, marginRight: 12, marginBottom: 36, marginLeft: 64 };

/** The arena's two ends, and round numbers between them that leave room for both. */
function byteTicks(arenaBytes: number): number[] {
  const step = 10 ** Math.floor(Math.log10(Math.max(1, arenaBytes / 2)));
  const steps = arenaBytes / step;
  const every = (steps > 10 ? 5 : steps > 5 ? 2 : 1) * step;
  const between = Array.from({ length: Math.floor(arenaBytes / every) }, (_, i) => i * every);
  return [...between.filter((tick) => tick + every / 2 < arenaBytes), arenaBytes];
}
