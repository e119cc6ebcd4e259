import type { Footnotes } from "../footnotes.ts";
import { formatKilobytes, formatScore } from "../format.ts";
import { type OriginalSystem, originalStudy } from "../original-study.ts";
import type { Cell, Section } from "../report-document.ts";
import type { RunRecord, SystemFacts } from "../run-record.ts";
import { end, kilobyteLegend, legendFor, missingCell, start, sumCell } from "./cells.ts";

/** Two rows per system: ours, and the original study's with its own name for it. */
export function originalStudySection(record: RunRecord, notes: Footnotes): Section | undefined {
  const rows = record.systems.flatMap((system) =>
    system.counterpart === undefined
      ? []
      : [ourRow(system, notes), citedRow(system.label, originalStudy.systems[system.counterpart])],
  );
  if (rows.length === 0) return undefined;
  return {
    id: "original-study",
    title: "Beside the original study",
    blocks: [
      { kind: "paragraph", text: introduction },
      ...(record.dataset.fallback
        ? [{ kind: "paragraph" as const, text: fallbackCaution(record.dataset.source) }]
        : []),
      {
        kind: "table",
        caption: "This run, and the figures that the original study reports",
        columns: [
          start("System"),
          start("Figures of"),
          end("Size, KB"),
          end("Accuracy"),
          end("Loss"),
          end("RAM, KB"),
          end("Flash, KB"),
        ],
        rows,
        grouped: true,
        legend: legendFor(
          rows,
          `${kilobyteLegend} ~ approximate, as the study gives it. – the study gives no figure.`,
        ),
      },
    ],
  };
}

const introduction =
  `The rows "original study" cite the study that this one grew from (${originalStudy.setting}). They were not ` +
  "measured here. The study could not measure speed on a device. Its flash figure for TensorFlow Lite Micro " +
  'is smaller than its own quantized file; what our figures count stands under "Memory".';

function fallbackCaution(source: string): string {
  return `This run fell back to ${source}: its accuracy and loss cannot be compared with the study's.`;
}

function ourRow({ label, file, evaluation, memory }: SystemFacts, notes: Footnotes): Cell[] {
  const scores =
    evaluation.kind === "not-measured"
      ? [missingCell(evaluation, notes), missingCell(evaluation, notes)]
      : [{ text: formatScore(evaluation.accuracy) }, { text: formatScore(evaluation.loss) }];
  return [
    { text: label },
    { text: "this run" },
    { text: formatKilobytes(file.bytes) },
    ...scores,
    sumCell([memory.ram], notes),
    sumCell([memory.flashModel, memory.flashCode], notes),
  ];
}

function citedRow(ourLabel: string, original: OriginalSystem): Cell[] {
  const { label, sizeKB, accuracy, loss, ramKB, flashKB } = original;
  const texts = [
    `original study: ${label}`,
    sizeKB?.toString(),
    accuracy?.toFixed(4),
    loss?.toFixed(4),
    ramKB && `~${ramKB}`,
    flashKB && `~${flashKB}`,
  ];
  return [
    { text: ourLabel },
    ...texts.map((text) => ({ text: text || "–", cited: true as const })),
  ];
}
