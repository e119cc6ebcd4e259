import { formatCount, formatDifference, formatScore } from "../format.ts";
import type { Section } from "../report-document.ts";
import type { RunRecord } from "../run-record.ts";
import { end, start } from "./cells.ts";

/** The network in other numbers than those of the systems. */
export function schemesSection({ schemes }: RunRecord): Section | undefined {
  const [baseline] = schemes?.rows ?? [];
  if (schemes === undefined || baseline === undefined) return undefined;
  return {
    id: "schemes",
    title: "Schemes of quantization",
    blocks: [
      {
        kind: "table",
        caption: `The same network in ${schemes.rows.length} schemes, on ${formatCount(schemes.examples)} test examples`,
        columns: [
          start("Scheme"),
          start("Ranges"),
          end("Bytes"),
          end("Arena, bytes"),
          end("Accuracy"),
          end("Difference"),
          end("Loss"),
        ],
        rows: schemes.rows.map(
          ({ scheme, calibration, fileBytes, arenaBytes, accuracy, loss }, position) => [
            { text: scheme },
            { text: calibration ?? "–" },
            { text: formatCount(fileBytes) },
            { text: formatCount(arenaBytes) },
            { text: formatScore(accuracy) },
            { text: position === 0 ? "–" : formatDifference(accuracy - baseline.accuracy) },
            { text: formatScore(loss) },
          ],
        ),
        legend: `Difference: accuracy against ${baseline.scheme}. Loss: mean cross-entropy per example. Arena: of the memory plan.`,
      },
    ],
  };
}
