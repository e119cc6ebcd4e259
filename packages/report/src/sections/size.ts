import { formatCount, formatKilobytes, formatRatio } from "../format.ts";
import type { Section } from "../report-document.ts";
import type { RunRecord } from "../run-record.ts";
import { end, kilobyteLegend, start } from "./cells.ts";

export function sizeSection({ systems }: RunRecord): Section {
  const [baseline] = systems;
  return {
    id: "model-size",
    title: "Model size",
    blocks: [
      {
        kind: "table",
        caption:
          systems.length === 1
            ? "Size on disk"
            : `Size on disk, and how many times smaller than ${baseline.label}`,
        columns: [start("System"), start("File"), end("Bytes"), end("KB"), end("Compression")],
        rows: systems.map(({ label, file }) => [
          { text: label },
          { text: file.description },
          { text: formatCount(file.bytes) },
          { text: formatKilobytes(file.bytes) },
          { text: formatRatio(baseline.file.bytes, file.bytes) },
        ]),
        legend: kilobyteLegend,
      },
      {
        kind: "bars",
        caption: "Size on disk, KB",
        parts: ["file"],
        bars: systems.map(({ label, file }) => ({
          label,
          figure: `${formatKilobytes(file.bytes)} KB`,
          values: [file.bytes],
        })),
      },
    ],
  };
}
