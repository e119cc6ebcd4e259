import type { Graph } from "@smidgen/graph";
import { calibrate as calibrateMinMax } from "../calibrate.ts";
import type { Sample } from "../calibration/sample.ts";
import { compareScores, type ScoreComparison } from "../compare/compare-scores.ts";
import { keptSamples } from "../compare/sample-runner.ts";
import { correctBias } from "../corrections/correct-bias.ts";
import { equaliseLayers } from "../corrections/equalise-layers.ts";
import { roundAdaptively } from "../corrections/round-adaptively.ts";
import { quantizeGraph } from "../quantize-graph.ts";
import type { Ranges } from "../ranges.ts";
import type { Scheme } from "../scheme.ts";

/** All that is decided about how a network is quantized. Plain JSON. */
export interface Recipe {
  readonly scheme: Scheme;
  /** Tensors whose ranges end at a share of what was seen. */
  readonly narrowed?: Readonly<Record<string, number>>;
  readonly equalise?: "activations" | "weights";
  /** Names of layers, or all whose weights become integers. */
  readonly roundAdaptively?: readonly string[] | "all";
  readonly correctBias?: boolean;
}

export interface RecipeOptions {
  /** Like what the network will see. Corrections look at them several times. */
  readonly samples: Iterable<Sample>;
  /** Ranges of a graph; equalisation changes them, so that they are needed anew. Default: `calibrate` with `samples`. */
  readonly calibrate?: (graph: Graph) => Ranges;
}

export interface QuantizedByRecipe {
  /** The float graph, equalised if the recipe says so: it computes what the given one does, and is what to compare with. */
  readonly reference: Graph;
  /** The same with weights rounded adaptively, if the recipe says so: what was quantized. */
  readonly float: Graph;
  readonly ranges: Ranges;
  readonly quantized: Graph;
}

/**
 * Quantizes with corrections, each of which is a pass of its own: `equaliseLayers`, then ranges, `roundAdaptively`,
 * `quantizeGraph`, `correctBias`.
 */
export function quantizeByRecipe(
  graph: Graph,
  recipe: Recipe,
  options: RecipeOptions,
): QuantizedByRecipe {
  const samples = keptSamples(options.samples);
  const { calibrate = (each: Graph) => calibrateMinMax(each, samples) } = options;
  const {
    scheme,
    narrowed = {},
    equalise,
    roundAdaptively: rounding,
    correctBias: isCorrected,
  } = recipe;
  const reference =
    equalise === undefined ? graph : equaliseLayers(graph, { balance: equalise, samples });
  const ranges = narrowedRanges(calibrate(reference), narrowed);
  const float =
    rounding === undefined
      ? reference
      : roundAdaptively(reference, {
          scheme,
          samples,
          ...(rounding === "all" ? {} : { layers: rounding }),
        });
  const quantized = quantizeGraph(float, ranges, scheme);
  return {
    reference,
    float,
    ranges,
    quantized: isCorrected ? correctBias(quantized, reference, samples) : quantized,
  };
}

/** What one correction did to the scores. */
export interface CorrectionGain {
  readonly correction: "correct-bias" | "equalise" | "none" | "round-adaptively";
  /** With this one and those before it. */
  readonly scores: ScoreComparison;
}

/** The same, step by step: what each correction of a recipe adds to those before it. */
export function correctionGains(
  graph: Graph,
  recipe: Recipe,
  options: RecipeOptions,
): readonly CorrectionGain[] {
  const samples = keptSamples(options.samples);
  const { equalise, roundAdaptively: rounding, correctBias: isCorrected, ...plain } = recipe;
  const measure = (correction: CorrectionGain["correction"], partial: Recipe): CorrectionGain => {
    const { quantized } = quantizeByRecipe(graph, partial, { ...options, samples });
    return { correction, scores: compareScores(graph, quantized, samples) };
  };
  const gains = [measure("none", plain)];
  let partial: Recipe = plain;
  if (equalise !== undefined) {
    partial = { ...partial, equalise };
    gains.push(measure("equalise", partial));
  }
  if (rounding !== undefined) {
    partial = { ...partial, roundAdaptively: rounding };
    gains.push(measure("round-adaptively", partial));
  }
  if (isCorrected) gains.push(measure("correct-bias", { ...partial, correctBias: true }));
  return gains;
}

function narrowedRanges(ranges: Ranges, narrowed: Readonly<Record<string, number>>): Ranges {
  const tensors = Object.entries(ranges.tensors).map(([name, range]) => {
    const share = Object.hasOwn(narrowed, name) ? (narrowed[name] ?? 1) : 1;
    return [
      name,
      share === 1 ? range : { min: range.min * share, max: range.max * share },
    ] as const;
  });
  return { ...ranges, tensors: Object.fromEntries(tensors) };
}
