import type { Footnotes } from "../footnotes.ts";
import { formatCount, formatDifference, formatScore } from "../format.ts";
import type { Cell, Section } from "../report-document.ts";
import type { Evaluation, RunRecord, SystemFacts } from "../run-record.ts";
import { wilsonInterval } from "../wilson-interval.ts";
import { end, missingCell, start } from "./cells.ts";

export function qualitySection({ systems }: RunRecord, notes: Footnotes): Section {
  const baseline = systems[0].evaluation;
  return {
    id: "accuracy-and-loss",
    title: "Accuracy and loss",
    blocks: [
      {
        kind: "table",
        caption: "Test accuracy and loss",
        columns: [
          start("System"),
          end("Accuracy"),
          end("95 % interval"),
          end("Difference"),
          end("Loss"),
        ],
        rows: systems.map((system) => scoreRow(system, baseline, notes)),
        legend:
          "Interval: where the accuracy on unlimited examples of this kind lies (Wilson score interval). " +
          `Difference: accuracy against ${systems[0].label}. Loss: mean cross-entropy per example.`,
      },
      {
        kind: "table",
        caption: "How it was evaluated",
        columns: [start("System"), end("Test examples"), start("Computed by")],
        rows: systems.map(({ label, evaluation }) =>
          evaluation.kind === "not-measured"
            ? [{ text: label }, missingCell(evaluation, notes), { text: "–" }]
            : [
                { text: label },
                { text: formatCount(evaluation.examples) },
                { text: evaluation.engine },
              ],
        ),
      },
    ],
  };
}

function scoreRow(
  { label, evaluation }: SystemFacts,
  baseline: SystemFacts["evaluation"],
  notes: Footnotes,
): Cell[] {
  if (evaluation.kind === "not-measured") {
    const missing = missingCell(evaluation, notes);
    return [{ text: label }, missing, { text: "–" }, { text: "–" }, missing];
  }
  const [low, high] = wilsonInterval(evaluation.accuracy, evaluation.examples);
  return [
    { text: label },
    { text: formatScore(evaluation.accuracy) },
    { text: `${formatScore(low)}–${formatScore(high)}` },
    { text: difference(evaluation, baseline) },
    { text: formatScore(evaluation.loss) },
  ];
}

/** Only between systems that answered equally many examples. */
function difference(evaluation: Evaluation, baseline: SystemFacts["evaluation"]): string {
  if (evaluation === baseline || baseline.kind === "not-measured") return "–";
  if (evaluation.examples !== baseline.examples) return "–";
  return formatDifference(evaluation.accuracy - baseline.accuracy);
}
