import { UserError } from "@smidgen/errors";
import type { Graph } from "@smidgen/graph";
import {
  chooseSchemes,
  type CorrectionGain,
  correctionGains,
  fixQuantization,
  type FixStep,
  type LayerSensitivity,
  type OpScheme,
  opSchemes,
  quantizeByRecipe,
  type Ranges,
  type Recipe,
  type Sample,
  type Scheme,
} from "@smidgen/quantize";
import { writeTflite } from "@smidgen/tflite";
import { count, oneLine, table } from "../text.ts";

export interface AutomaticOptions {
  readonly equalise?: "activations" | "weights" | undefined;
  readonly roundAdaptively?: boolean | undefined;
  readonly correctBias?: boolean | undefined;
  /** A scheme for each layer. */
  readonly auto?: boolean | undefined;
  readonly fix?: boolean | undefined;
  /** Bytes of the file. */
  readonly budget?: number | undefined;
  /** Share of the samples that may be classified otherwise than by the float network. */
  readonly tolerance?: number | undefined;
  /** With commas between. Default: `int4,int8`. */
  readonly candidates?: string | undefined;
}

export interface AutomaticResult {
  readonly quantized: Graph;
  readonly ranges: Ranges;
  readonly recipe: Recipe;
  /** What each correction gained, what was tried, or how sensitive layers are. */
  readonly details:
    | { readonly corrections: readonly CorrectionGain[] }
    | { readonly steps: readonly FixStep[] }
    | { readonly layers: readonly LayerSensitivity[]; readonly loss: number };
}

/** Whether any of the options asks for more than plain quantization. */
export function isAutomatic(options: AutomaticOptions): boolean {
  const { equalise, roundAdaptively, correctBias, auto, fix } = options;
  return equalise !== undefined || [roundAdaptively, correctBias, auto, fix].includes(true);
}

/**
 * Quantizes with corrections, with a scheme for each layer, or with whatever remedies help.
 *
 * @throws UserError `conflicting-options`; and as `chooseSchemes` and `fixQuantization`.
 */
export function quantizeAutomatically(
  graph: Graph,
  scheme: Scheme,
  samples: readonly Sample[],
  calibrate: (graph: Graph) => Ranges,
  options: AutomaticOptions,
  show: (line: string) => void,
): AutomaticResult {
  const { equalise, roundAdaptively, correctBias, auto, fix, budget, tolerance } = options;
  requireGoal(options);
  const recipe: Recipe = {
    scheme,
    ...(equalise === undefined ? {} : { equalise }),
    ...(roundAdaptively === true ? { roundAdaptively: "all" } : {}),
    ...(correctBias === true ? { correctBias } : {}),
  };
  const fileBytes = (each: Graph) => writeTflite(each).length;
  if (auto === true) {
    const chosen = chooseSchemes(graph, {
      // Without a word on corrections, all that cost no bytes and need no other ranges.
      recipe: isAutomatic({ ...options, auto: false })
        ? recipe
        : { ...recipe, roundAdaptively: "all", correctBias: true },
      samples,
      calibrate,
      fileBytes,
      candidates: candidatesOf(options.candidates ?? "int4,int8"),
      goal: budget === undefined ? { tolerance: tolerance ?? 0 } : { budgetBytes: budget },
    });
    const { quantized, ranges, layers, loss } = chosen;
    return { quantized, ranges, recipe: chosen.recipe, details: { layers, loss } };
  }
  if (fix === true) {
    const fixed = fixQuantization(graph, {
      recipe,
      samples,
      calibrate,
      fileBytes,
      ...(budget === undefined ? {} : { budgetBytes: budget }),
      onStep: ({ finding }) => show(`Tried: ${finding.remedy.kind} for ${finding.tensor}`),
    });
    show("");
    const { quantized, ranges, steps } = fixed;
    return { quantized, ranges, recipe: fixed.recipe, details: { steps } };
  }
  const { quantized, ranges } = quantizeByRecipe(graph, recipe, { samples, calibrate });
  const corrections = correctionGains(graph, recipe, { samples, calibrate });
  return { quantized, ranges, recipe, details: { corrections } };
}

function requireGoal({ auto, fix, budget, tolerance }: AutomaticOptions): void {
  const problems = [
    ...(auto === true && fix === true ? ["--auto and --fix are two ways"] : []),
    ...(auto === true && (budget === undefined) === (tolerance === undefined)
      ? ["--auto needs either --budget or --tolerance"]
      : []),
    ...(auto !== true && tolerance !== undefined ? ["--tolerance is for --auto"] : []),
    ...(auto !== true && fix !== true && budget !== undefined
      ? ["--budget is for --auto and --fix"]
      : []),
  ];
  if (problems.length > 0) throw new UserError("conflicting-options", problems.join("; "));
}

function candidatesOf(text: string): readonly OpScheme[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !(opSchemes as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new UserError("unknown-scheme", `--candidates: there is no ${unknown.join(", ")}`, {
      hint: `Choose among ${opSchemes.join(", ")}, from the smallest to the largest.`,
    });
  }
  return names as OpScheme[];
}

/** Tables for people. */
export function describeDetails(details: AutomaticResult["details"]): readonly string[] {
  if ("corrections" in details) {
    const rows = details.corrections.map(({ correction, scores: { sqnrDb, agreement } }) => [
      correction,
      decibels(sqnrDb),
      percent(agreement),
    ]);
    return ["", table(["with, one after the other", "SQNR", "same class"], rows, [1, 2])];
  }
  if ("steps" in details) {
    const rows = details.steps.map(({ finding, sqnrDb, isKept, reason }) => [
      finding.remedy.kind,
      oneLine(finding.tensor),
      decibels(finding.expectedGainDb),
      sqnrDb.after === undefined ? "" : decibels(sqnrDb.after - sqnrDb.before),
      isKept ? "kept" : oneLine(reason ?? ""),
    ]);
    if (rows.length === 0) return ["", "Nothing to fix."];
    return ["", table(["remedy", "tensor", "expected", "measured", ""], rows, [2, 3])];
  }
  const rows = details.layers.map(({ name, chosen, candidates }) => [
    oneLine(name),
    chosen,
    ...candidates.map(({ cost, bytes }) => `${cost.toExponential(1)} in ${count(bytes)} bytes`),
  ]);
  const head = details.layers[0]?.candidates.map(({ scheme }) => `noise in ${scheme}`) ?? [];
  return ["", table(["layer", "scheme", ...head], rows, [])];
}

export function decibels(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1)} dB` : value > 0 ? "exact" : "none";
}

export function percent(share: number | undefined): string {
  return share === undefined ? "" : `${(100 * share).toFixed(1)} %`;
}
