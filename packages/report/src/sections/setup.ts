import { formatCount } from "../format.ts";
import type { Section } from "../report-document.ts";
import type { RunRecord } from "../run-record.ts";
import { factTable } from "./cells.ts";

/** The data and the network. */
export function setupSection({ dataset, model }: RunRecord): Section {
  return {
    id: "setup",
    title: "Data and network",
    blocks: [
      factTable("What was trained on what", [
        ["Dataset", dataset.name],
        ["Source", dataset.source],
        ["Fallback", dataset.fallback ? `yes: ${dataset.fallbackReason}` : "no"],
        ["Training examples", formatCount(dataset.trainingExamples)],
        ["Validation examples", formatCount(dataset.validationExamples)],
        ["Test examples", formatCount(dataset.testExamples)],
        ["Network", model.architecture],
        ["Parameters", formatCount(model.parameters)],
        ["Multiply-accumulates per inference", formatCount(model.multiplyAccumulates)],
      ]),
    ],
  };
}
