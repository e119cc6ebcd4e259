import type { Figure } from "../figure.ts";
import type { Footnotes } from "../footnotes.ts";
import { formatCount, formatKilobytes, formatMicroseconds } from "../format.ts";
import type { Cell, Column, Section, Table } from "../report-document.ts";
import type { InferencePerformance, RunRecord } from "../run-record.ts";
import { end, figureCell, kilobyteLegend, start, sumCell } from "./cells.ts";

type Run = InferencePerformance & { readonly label: string };

export function speedSection({ systems }: RunRecord, notes: Footnotes): Section {
  const runs = systems.flatMap(({ label, performance = [] }) =>
    performance.map((run) => ({ label, ...run })),
  );
  return {
    id: "speed",
    title: "Speed",
    blocks:
      runs.length === 0
        ? [{ kind: "paragraph", text: "This run did not measure the speed of any system." }]
        : [speedTable(runs, notes), ...memoryTable(runs, notes), buildTable(runs)],
  };
}

function speedTable(runs: readonly Run[], notes: Footnotes): Table {
  const isCalculated = runs.some(({ microseconds }) => microseconds.kind === "calculated");
  return {
    kind: "table",
    caption: "One inference, per core",
    columns: [...nameColumns(runs), end("Instructions"), end("Cycles"), end("µs")],
    rows: runs.map((run) => [
      ...nameCells(run, runs),
      figureCell(run.instructions, formatCount, notes),
      figureCell(run.cycles, formatCount, notes),
      figureCell(run.microseconds, formatMicroseconds, notes),
    ]),
    grouped: true,
    legend: `µs = millionths of a second.${isCalculated ? " * calculated: how, stands beside the build." : ""}`,
  };
}

/** Only where some run has been weighed on its core. */
function memoryTable(runs: readonly Run[], notes: Footnotes): readonly Table[] {
  const weighed = runs.flatMap(({ flash, ram, ...run }) =>
    flash === undefined || ram === undefined ? [] : [{ ...run, flash, ram }],
  );
  if (weighed.length === 0) return [];
  const cells = (...figures: readonly [Figure, Figure]) => [
    ...figures.map((figure) => figureCell(figure, formatKilobytes, notes)),
    sumCell(figures, notes),
  ];
  return [
    {
      kind: "table",
      caption: "Memory of the program, per core, KB",
      columns: [...nameColumns(runs), end("Flash"), end("RAM"), end("Total")],
      rows: weighed.map((run) => [...nameCells(run, runs), ...cells(run.flash, run.ram)]),
      grouped: true,
      legend: `${kilobyteLegend} Flash stores code and constants; RAM counts variables, stack, input and output.`,
    },
  ];
}

function buildTable(runs: readonly Run[]): Table {
  const times = runs.some(({ microseconds }) => microseconds.kind === "calculated");
  return {
    kind: "table",
    caption: "What ran it, and how it was built",
    columns: [
      ...nameColumns(runs),
      start("Machine"),
      start("Build"),
      ...(times ? [start("Time")] : []),
    ],
    rows: runs.map((run) => {
      const { machine, build, microseconds } = run;
      const time = microseconds.kind === "calculated" ? microseconds.how : "–";
      const cells = [{ text: machine }, { text: build }, ...(times ? [{ text: time }] : [])];
      return [...nameCells(run, runs), ...cells];
    }),
    grouped: true,
  };
}

function nameColumns(runs: readonly Run[]): readonly Column[] {
  return [start("System"), start("Core"), ...(hasCode(runs) ? [start("Code for")] : [])];
}

function nameCells(run: Pick<Run, "label" | "core" | "code">, runs: readonly Run[]): Cell[] {
  const code = hasCode(runs) ? [{ text: run.code ?? "–" }] : [];
  return [{ text: run.label }, { text: run.core }, ...code];
}

function hasCode(runs: readonly Run[]): boolean {
  return runs.some(({ code }) => code !== undefined);
}
