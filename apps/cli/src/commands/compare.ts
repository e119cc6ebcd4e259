import path from "node:path";
import { compareLayers, type LayerComparison, withDistinctNames } from "@smidgen/quantize";
import { readTflite } from "@smidgen/tflite";
import { readFloatModel } from "../model-files/read-float-model.ts";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { calibrationData } from "../quantize/calibration-data.ts";
import { decibels, percent } from "../quantize/quantize-automatically.ts";
import { counted, heading, oneLine, shortened, table } from "../text.ts";

export interface CompareOptions {
  readonly samples: readonly string[];
  readonly count: number;
  readonly seed: number;
  readonly json: boolean;
}

/**
 * Says tensor by tensor where a quantized model departs from its float one, which layers cost most, and what to change.
 *
 * @throws UserError as its parts.
 */
export async function compare(
  floatFile: string,
  quantizedFile: string,
  options: CompareOptions,
): Promise<string> {
  const { graph: float } = await readFloatModel(floatFile);
  const name = path.basename(quantizedFile);
  const quantized = withDistinctNames(readTflite(await readTfliteBytes(quantizedFile), { name }));
  const data = await calibrationData(float, options.samples, options);
  const comparison = compareLayers(float, quantized, data.samples);
  if (options.json) {
    // JSON has no infinity.
    const finite = (_: string, value: unknown) =>
      typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
    return `${JSON.stringify(comparison, finite, 2)}\n`;
  }
  return describe(comparison, path.basename(floatFile), name, data.description);
}

function describe(
  { samples, tensors, layers, scores, findings, unmatched, otherWeights }: LayerComparison,
  floatName: string,
  name: string,
  source: string,
): string {
  const sameClass =
    scores.agreement === undefined ? "" : `, the same class for ${percent(scores.agreement)}`;
  const others = otherWeights.map((each) => `"${oneLine(each)}"`).join(", ");
  const none = [...unmatched.float, ...unmatched.quantized].map((each) => `"${oneLine(each)}"`);
  return [
    `${heading(name)} against ${heading(floatName)}, ${counted(samples, "sample")} of ${source}`,
    `scores: ${decibels(scores.sqnrDb)}${sameClass}`,
    ...(none.length === 0 ? [] : [`without a counterpart: ${none.join(", ")}`]),
    ...(others === ""
      ? []
      : [`other weights than in the float model, so that costs mean little: ${others}`]),
    "",
    table(
      ["tensor", "SQNR", "cosine", "largest error", "cut off"],
      tensors.map(({ floatName: tensor, accumulated }) => [
        shortened(oneLine(tensor), 50),
        decibels(accumulated.sqnrDb),
        accumulated.cosine.toFixed(5),
        accumulated.maxError.toPrecision(3),
        percent(accumulated.saturatedShare),
      ]),
      [1, 2, 3, 4],
    ),
    "",
    table(
      ["operator", "output", "own SQNR", "share of the cost"],
      layers.map(({ kind, name: output, own, cost, costShare }) => [
        kind,
        shortened(oneLine(output), 50),
        decibels(own.sqnrDb),
        cost === undefined ? "" : percent(costShare),
      ]),
      [2, 3],
    ),
    "",
    ...(findings.length === 0
      ? ["Nothing to mend."]
      : findings.map(
          ({ message, extraBytes }) =>
            `- ${oneLine(message)}${extraBytes === 0 ? "" : ` About ${counted(extraBytes, "byte")} more.`}`,
        )),
    "",
  ].join("\n");
}
