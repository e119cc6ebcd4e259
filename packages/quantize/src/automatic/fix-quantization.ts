import { UserError } from "@smidgen/errors";
import { byteCount, type Graph, isConstant, type Tensor } from "@smidgen/graph";
import { compareLayers, type LayerComparison, noSamples } from "../compare/compare-layers.ts";
import { compareScores } from "../compare/compare-scores.ts";
import type { Finding, Remedy } from "../compare/remedies.ts";
import { keptSamples } from "../compare/sample-runner.ts";
import type { Sample } from "../calibration/sample.ts";
import {
  type QuantizedByRecipe,
  quantizeByRecipe,
  type Recipe,
  type RecipeOptions,
} from "./quantize-by-recipe.ts";

export interface FixOptions extends Pick<RecipeOptions, "calibrate"> {
  readonly samples: Iterable<Sample>;
  /** What to start from. Default: int8 throughout, without corrections. */
  readonly recipe?: Recipe;
  /** The file may have as many bytes. Default: no limit. */
  readonly budgetBytes?: number;
  /** Bytes of the file for a graph. Default: those of its constants and their scales. */
  readonly fileBytes?: (graph: Graph) => number;
  /** Enough, in decibels at the scores. Default: 35; int8 without problems comes to 30 to 40. */
  readonly targetSqnrDb?: number;
  /** Remedies that are tried at most. Default: 16. */
  readonly mostSteps?: number;
  readonly onStep?: (step: FixStep) => void;
}

export interface FixStep {
  readonly finding: Finding;
  /** At the scores; `after` is undefined if it could not be tried. */
  readonly sqnrDb: { readonly before: number; readonly after: number | undefined };
  readonly bytes: { readonly before: number; readonly after: number | undefined };
  readonly isKept: boolean;
  /** Why it was not kept. */
  readonly reason: string | undefined;
}

export interface FixedQuantization extends QuantizedByRecipe {
  readonly recipe: Recipe;
  readonly bytes: number;
  readonly steps: readonly FixStep[];
  /** Against the float network, before anything was done and at the end. */
  readonly before: LayerComparison;
  readonly after: LayerComparison;
}

/**
 * Quantizes, finds what costs most, applies the remedy that promises most and fits the budget, measures, keeps it if
 * it helped, and goes on until the scores are close enough or no remedy is left.
 *
 * @throws UserError `budget-too-small`, if the network as it starts already has more bytes; `no-samples` and others as
 * `compareLayers` and `quantizeGraph`.
 */
export function fixQuantization(graph: Graph, options: FixOptions): FixedQuantization {
  const { calibrate, fileBytes = constantBytes, onStep } = options;
  const { budgetBytes = Infinity, targetSqnrDb = 35, mostSteps = 16 } = options;
  const samples = keptSamples(options.samples);
  if (samples.length === 0) throw noSamples(graph);
  const make = (recipe: Recipe): State => {
    const result = quantizeByRecipe(graph, recipe, {
      samples,
      ...(calibrate === undefined ? {} : { calibrate }),
    });
    const { sqnrDb } = compareScores(graph, result.quantized, samples);
    return { recipe, result, sqnrDb, bytes: fileBytes(result.quantized) };
  };
  let state = make(options.recipe ?? { scheme: { default: "int8" } });
  if (state.bytes > budgetBytes) throw budgetTooSmall(state.bytes, budgetBytes);
  const before = compareLayers(state.result.reference, state.result.quantized, samples);
  let comparison = before;
  const tried = new Set<string>();
  const steps: FixStep[] = [];
  while (steps.length < mostSteps && state.sqnrDb < targetSqnrDb) {
    const finding = nextFinding(comparison, state, tried, budgetBytes);
    if (finding === undefined) break;
    tried.add(keyOf(finding.remedy));
    const outcome = tryRemedy(state, finding.remedy, make, budgetBytes);
    const next = outcome.state;
    const step: FixStep = {
      finding,
      sqnrDb: { before: state.sqnrDb, after: next?.sqnrDb },
      bytes: { before: state.bytes, after: next?.bytes },
      isKept: outcome.reason === undefined,
      reason: outcome.reason,
    };
    steps.push(step);
    onStep?.(step);
    if (next === undefined || !step.isKept) continue;
    state = next;
    comparison = compareLayers(state.result.reference, state.result.quantized, samples);
  }
  return {
    ...state.result,
    recipe: state.recipe,
    bytes: state.bytes,
    steps,
    before,
    after: comparison,
  };
}

interface State {
  readonly recipe: Recipe;
  readonly result: QuantizedByRecipe;
  readonly sqnrDb: number;
  readonly bytes: number;
}

/** Less is noise of the measurement. */
const leastGainDb = 0.1;
/** What promises less is not worth a try. */
const leastExpectedDb = 0.25;

/** The most promising that fits, was not tried, and is not part of the recipe already. */
function nextFinding(
  { findings }: LayerComparison,
  { recipe, bytes }: State,
  tried: ReadonlySet<string>,
  budgetBytes: number,
): Finding | undefined {
  return findings.find(
    ({ remedy, extraBytes, expectedGainDb }) =>
      expectedGainDb >= leastExpectedDb &&
      bytes + extraBytes <= budgetBytes &&
      !tried.has(keyOf(remedy)) &&
      JSON.stringify(withRemedy(recipe, remedy)) !== JSON.stringify(recipe),
  );
}

function keyOf(remedy: Remedy): string {
  return JSON.stringify(remedy);
}

/** Where no kernel computes in 16 bits, floats are the way out. */
function tryRemedy(
  state: State,
  remedy: Remedy,
  make: (recipe: Recipe) => State,
  budgetBytes: number,
): { readonly state?: State; readonly reason?: string } {
  try {
    const next = make(withRemedy(state.recipe, remedy));
    if (next.bytes > budgetBytes) {
      return { state: next, reason: `the file would have ${next.bytes} bytes` };
    }
    const gain = next.sqnrDb - state.sqnrDb;
    if (!(gain >= leastGainDb)) {
      return { state: next, reason: `it gains ${gain.toFixed(2)} dB` };
    }
    return { state: next };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (remedy.kind === "operator-scheme" && remedy.scheme === "int16x8") {
      return tryRemedy(state, { ...remedy, scheme: "float32" }, make, budgetBytes);
    }
    return { reason: error.message };
  }
}

function withRemedy(recipe: Recipe, remedy: Remedy): Recipe {
  const { scheme } = recipe;
  switch (remedy.kind) {
    case "narrow-range":
      return { ...recipe, narrowed: { ...recipe.narrowed, [remedy.tensor]: remedy.share } };
    case "per-channel-weights":
      return { ...recipe, scheme: { ...scheme, [remedy.layers]: "per-channel" } };
    case "operator-scheme": {
      const changed = remedy.operators.map((name) => [name, remedy.scheme] as const);
      const operators = { ...scheme.operators, ...Object.fromEntries(changed) };
      return { ...recipe, scheme: { ...scheme, operators } };
    }
    case "equalise":
      return { ...recipe, equalise: remedy.balance };
    case "round-adaptively": {
      const { roundAdaptively: layers = [] } = recipe;
      if (layers === "all") return recipe;
      return { ...recipe, roundAdaptively: [...new Set([...layers, remedy.layer])] };
    }
    case "correct-bias":
      return { ...recipe, correctBias: true };
    default:
      remedy satisfies never;
      return recipe;
  }
}

/** Constants as they are stored, and 12 bytes for each scale and its zero point. */
export function constantBytes({ tensors }: Graph): number {
  const scales = ({ quantization }: Tensor) =>
    quantization === undefined
      ? 0
      : quantization.kind === "per-tensor"
        ? 1
        : quantization.scales.length;
  return tensors.reduce(
    (sum, tensor) => sum + (isConstant(tensor) ? byteCount(tensor) : 0) + 12 * scales(tensor),
    0,
  );
}

export function budgetTooSmall(bytes: number, budgetBytes: number): UserError {
  const figure = (value: number) => value.toLocaleString("en-US");
  return new UserError(
    "budget-too-small",
    `the file would have ${figure(bytes)} bytes; the budget is ${figure(budgetBytes)}`,
    { hint: "Start from a smaller scheme, or allow more bytes." },
  );
}
