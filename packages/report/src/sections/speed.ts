import type { Footnotes } from "../footnotes.ts";
import { formatCount, formatMicroseconds } from "../format.ts";
import type { Section } from "../report-document.ts";
import type { RunRecord } from "../run-record.ts";
import { end, figureCell, legendFor, start } from "./cells.ts";

export function speedSection({ systems }: RunRecord, notes: Footnotes): Section {
  const runs = systems.flatMap(({ label, performance = [] }) =>
    performance.map((run) => ({ label, ...run })),
  );
  const rows = runs.map((run) => [
    { text: run.label },
    { text: run.core },
    figureCell(run.instructions, formatCount, notes),
    figureCell(run.cycles, formatCount, notes),
    figureCell(run.microseconds, formatMicroseconds, notes),
  ]);
  return {
    id: "speed",
    title: "Speed",
    blocks:
      runs.length === 0
        ? [{ kind: "paragraph", text: "This run did not measure the speed of any system." }]
        : [
            {
              kind: "table",
              caption: "One inference, per core",
              columns: [
                start("System"),
                start("Core"),
                end("Instructions"),
                end("Cycles"),
                end("µs"),
              ],
              rows,
              grouped: true,
              legend: legendFor(rows, "µs = millionths of a second."),
            },
            {
              kind: "table",
              caption: "What ran it, and how it was built",
              columns: [start("System"), start("Core"), start("Machine"), start("Build")],
              rows: runs.map(({ label, core, machine, build }) =>
                [label, core, machine, build].map((text) => ({ text })),
              ),
              grouped: true,
            },
          ],
  };
}
