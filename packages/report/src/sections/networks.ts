import { formatCount, formatScore } from "../format.ts";
import type { Section } from "../report-document.ts";
import type { NetworkFacts, RunRecord } from "../run-record.ts";
import { end, start } from "./cells.ts";

/** Other networks than the study's, each the best that is known for a budget. */
export function networksSection({ networks }: RunRecord): Section | undefined {
  if (networks === undefined || networks.rows.length === 0) return undefined;
  return {
    id: "networks",
    title: "The best small networks",
    blocks: [
      {
        kind: "table",
        caption: `Networks for a budget, on ${formatCount(networks.examples)} test examples`,
        columns: [
          start("Network"),
          start("Budget"),
          end("Parameters"),
          end("Seeds"),
          end("Accuracy"),
          end("Accuracy, int8"),
          end("Flash, bytes"),
          end("RAM, bytes"),
        ],
        rows: networks.rows.map((row) => [
          { text: `${row.name}: ${row.description}` },
          { text: row.budget },
          { text: formatCount(row.parameters) },
          { text: formatCount(row.seeds) },
          { text: formatScore(row.accuracy) },
          { text: formatScore(row.int8Accuracy) },
          ...chipCells(row),
        ]),
        legend: `Accuracy: mean of all seeds. Settings were chosen on training examples that were kept back. Flash and RAM: the generated program with its weights, stack, input and output, as measured on ${networks.chip}.`,
      },
    ],
  };
}

function chipCells({ chip }: NetworkFacts) {
  if (chip === null) return [{ text: "not measured" }, { text: "not measured" }];
  return [{ text: formatCount(chip.flashBytes) }, { text: formatCount(chip.ramBytes) }];
}
