import type { Figure } from "../figure.ts";
import type { Footnotes } from "../footnotes.ts";
import { formatCount, formatKilobytes } from "../format.ts";
import type { BarChart, Cell, Section } from "../report-document.ts";
import type { MemoryFacts, RunRecord } from "../run-record.ts";
import {
  calculatedLegend,
  end,
  figureCell,
  kilobyteLegend,
  legendFor,
  start,
  sumCell,
} from "./cells.ts";

/** The parts of a system's memory, in the order of the tables. */
const parts = [
  ["RAM", (memory) => memory.ram],
  ["Flash: model", (memory) => memory.flashModel],
  ["Flash: code", (memory) => memory.flashCode],
] as const satisfies readonly (readonly [string, (memory: MemoryFacts) => Figure])[];

export function memorySection(record: RunRecord, notes: Footnotes): Section {
  const rows = record.systems.map(({ label, memory }) => [
    { text: label },
    ...parts.map(([, figure]) => figureCell(figure(memory), formatKilobytes, notes)),
    sumCell([memory.ram, memory.flashModel, memory.flashCode], notes),
  ]);
  return {
    id: "memory",
    title: "Memory",
    blocks: [
      {
        kind: "table",
        caption: "Memory that one inference needs, KB",
        columns: [start("System"), ...parts.map(([name]) => end(name)), end("Total")],
        rows,
        legend: legendFor(
          rows,
          `${kilobyteLegend} RAM is working memory; flash stores the model's constants and the program.`,
        ),
      },
      memoryBars(record),
      {
        kind: "table",
        caption: "What each memory figure counts",
        columns: [start("System"), start("Memory"), end("Bytes"), start("Counted")],
        rows: record.systems.flatMap(({ label, memory }) =>
          parts.map(([name, figure]) => countedRow(label, name, figure(memory), notes)),
        ),
        legend: calculatedLegend,
        grouped: true,
      },
    ],
  };
}

function countedRow(label: string, name: string, figure: Figure, notes: Footnotes): Cell[] {
  return [
    { text: label },
    { text: name },
    figureCell(figure, formatCount, notes),
    { text: figure.kind === "not-measured" ? "–" : figure.how },
  ];
}

function memoryBars({ systems }: RunRecord): BarChart {
  return {
    kind: "bars",
    caption: "Memory that one inference needs, KB; what was not measured is not drawn",
    parts: parts.map(([name]) => name),
    bars: systems.map(({ label, memory }) => {
      const figures = parts.map(([, figure]) => figure(memory));
      const values = figures.map((figure) => (figure.kind === "not-measured" ? 0 : figure.value));
      const atLeast = figures.some(({ kind }) => kind === "not-measured") ? "≥ " : "";
      const total = values.reduce((sum, value) => sum + value, 0);
      return {
        label,
        figure: figures.every(({ kind }) => kind === "not-measured")
          ? "not measured"
          : `${atLeast}${formatKilobytes(total)} KB`,
        values,
      };
    }),
  };
}
