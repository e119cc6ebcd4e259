import { UserError } from "@smidgen/errors";
import { elementCount, type Graph, tensorOf } from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import { noSamples } from "../compare/compare-layers.ts";
import { compareScores } from "../compare/compare-scores.ts";
import { keptSamples, sampleRunner } from "../compare/sample-runner.ts";
import { scoreNoise, scoresOf } from "../compare/scores.ts";
import { coveringParameters, storedValues } from "../compare/stored-tensors.ts";
import { constantCost, reachesScores, tailCost } from "../compare/tail-cost.ts";
import { valueProfiler } from "../compare/value-profile.ts";
import { isWeighted, type WeightedOp } from "../corrections/equalisable-pairs.ts";
import { roundLayer } from "../corrections/round-adaptively.ts";
import { onGrid, weightGrid } from "../corrections/weight-grid.ts";
import type { OpScheme } from "../scheme.ts";
import { budgetTooSmall, constantBytes } from "./fix-quantization.ts";
import {
  type QuantizedByRecipe,
  quantizeByRecipe,
  type Recipe,
  type RecipeOptions,
} from "./quantize-by-recipe.ts";

export interface ChooseOptions extends Pick<RecipeOptions, "calibrate"> {
  readonly samples: Iterable<Sample>;
  /**
   * Everything but the schemes of layers with weights. Other operators take its default. Default: int8 with adaptive
   * rounding and corrected biases.
   */
  readonly recipe?: Recipe;
  /** What layers may become, from the smallest file to the largest. Default: int4, int8. */
  readonly candidates?: readonly OpScheme[];
  /** What is to hold: the best scores within so many bytes, or the fewest bytes within a tolerance. */
  readonly goal: { readonly budgetBytes: number } | { readonly tolerance: number };
  /**
   * How much worse a quantized network is than the float one, in the unit of the tolerance: the accuracy it loses, say. Default: the
   * share of samples for which the largest score is another, which no loss of accuracy on them can exceed; for
   * networks without classes the noise to signal of the outputs.
   */
  readonly loss?: (quantized: Graph) => number;
  /** Bytes of the file for a graph. Default: those of its constants and their scales. */
  readonly fileBytes?: (graph: Graph) => number;
}

export interface ChosenSchemes extends QuantizedByRecipe {
  /** The scheme in it names every layer with weights. */
  readonly recipe: Recipe;
  readonly bytes: number;
  readonly loss: number;
  readonly layers: readonly LayerSensitivity[];
}

export interface LayerSensitivity {
  /** Of its output. */
  readonly name: string;
  readonly chosen: OpScheme;
  /** For each candidate: noise to signal at the scores if only this layer had it, and about how many bytes it takes. */
  readonly candidates: readonly {
    readonly scheme: OpScheme;
    readonly cost: number;
    readonly bytes: number;
  }[];
}

/**
 * A scheme for each layer with weights. How sensitive the scores are to each layer in each scheme is measured, one at a
 * time; all start with the smallest, and the layer that saves most noise per byte is given the next larger one, until the
 * budget is used up or the tolerance holds. The result is quantized and measured as a whole, not estimated.
 *
 * Source: Wu et al., "Integer Quantization for Deep Learning Inference: Principles and Empirical Evaluation",
 * arXiv:2004.09602, on partial quantization (one layer at a time, then the most sensitive ones back); Dong et al., "HAWQ-V2",
 * NeurIPS 2020, for the sum of sensitivities under a budget of bytes.
 *
 * @throws UserError `budget-too-small` or `out-of-tolerance`, with what can be reached; `no-samples` and others as
 * `quantizeGraph`.
 */
export function chooseSchemes(graph: Graph, options: ChooseOptions): ChosenSchemes {
  const { calibrate, goal, fileBytes = constantBytes, candidates = ["int4", "int8"] } = options;
  const samples = keptSamples(options.samples);
  if (samples.length === 0) throw noSamples(graph);
  const loss = options.loss ?? defaultLoss(graph, samples);
  const recipe: Recipe = options.recipe ?? {
    scheme: { default: "int8" },
    roundAdaptively: "all",
    correctBias: true,
  };
  const sensitivities = measureSensitivities(graph, recipe, candidates, samples);
  const make = (choice: readonly number[]) => {
    const operators = sensitivities.map(
      ({ name }, i) => [name, candidates[choice[i] as number] as OpScheme] as const,
    );
    const chosen: Recipe = {
      ...recipe,
      scheme: {
        ...recipe.scheme,
        operators: { ...recipe.scheme.operators, ...Object.fromEntries(operators) },
      },
    };
    const result = quantizeByRecipe(graph, chosen, {
      samples,
      ...(calibrate === undefined ? {} : { calibrate }),
    });
    return { ...result, recipe: chosen, bytes: fileBytes(result.quantized) };
  };
  const order = upgrades(sensitivities);
  const choice = sensitivities.map(() => 0);
  let made = make(choice);
  if ("budgetBytes" in goal) {
    if (made.bytes > goal.budgetBytes) throw budgetTooSmall(made.bytes, goal.budgetBytes);
    for (const { layer, to } of order) {
      // A layer that did not fit stays as it is; a smaller one may still fit.
      if (choice[layer] !== to - 1) continue;
      const next = make(choice.with(layer, to));
      if (next.bytes > goal.budgetBytes) continue;
      choice[layer] = to;
      made = next;
    }
  } else {
    for (const { layer, to } of order) {
      if (loss(made.quantized) <= goal.tolerance) break;
      choice[layer] = to;
      made = make(choice);
    }
  }
  const reached = loss(made.quantized);
  if ("tolerance" in goal && !(reached <= goal.tolerance)) {
    throw new UserError(
      "out-of-tolerance",
      `the loss is ${reached} with every layer in ${candidates.at(-1)}; the tolerance is ${goal.tolerance}`,
      { hint: "Allow more candidates (int16x8, float32), or a larger tolerance." },
    );
  }
  return {
    ...made,
    loss: reached,
    layers: sensitivities.map(({ name, costs }, i) => ({
      name,
      chosen: candidates[choice[i] as number] as OpScheme,
      candidates: costs,
    })),
  };
}

function defaultLoss(graph: Graph, samples: readonly Sample[]): (quantized: Graph) => number {
  return (quantized) => {
    const { agreement, noiseToSignal } = compareScores(graph, quantized, samples);
    return agreement === undefined ? noiseToSignal : 1 - agreement;
  };
}

interface Sensitivity {
  readonly name: string;
  readonly costs: LayerSensitivity["candidates"];
}

const mostForSensitivities = 64;

function measureSensitivities(
  graph: Graph,
  { scheme, roundAdaptively: rounding }: Recipe,
  candidates: readonly OpScheme[],
  samples: readonly Sample[],
): readonly Sensitivity[] {
  const few = samples.slice(0, mostForSensitivities);
  return graph.ops.flatMap((op, position): readonly Sensitivity[] => {
    if (!isWeighted(op, graph)) return [];
    const activations = activationCosts(graph, op, few);
    const weights = tensorOf(graph, op.inputs[1]);
    const costs = candidates.map((candidate) => {
      const grid = weightGrid(op, elementCount(weights.shape), candidate, scheme);
      let cost = activations(candidate);
      if (grid !== undefined) {
        const values = weights.data as Float32Array;
        const rounded =
          rounding === undefined
            ? onGrid(values, weights.shape, grid)
            : roundLayer(graph, position, grid, { samples: few });
        cost += weightCost(graph, op, rounded, few);
      }
      return {
        scheme: candidate,
        cost,
        bytes: Math.ceil((elementCount(weights.shape) * weightBits[candidate]) / 8),
      };
    });
    return [{ name: tensorOf(graph, op.outputs[0]).name, costs }];
  });
}

const weightBits = {
  float32: 32,
  float16: 16,
  "weights-int8": 8,
  "dynamic-range": 8,
  int8: 8,
  int4: 4,
  int16x8: 8,
} satisfies Record<OpScheme, number>;

function weightCost(
  graph: Graph,
  op: WeightedOp,
  rounded: Float32Array,
  samples: readonly Sample[],
): number {
  const whole = sampleRunner(graph);
  const { add, noiseToSignal } = constantCost(graph, op.inputs[1], rounded, scoresOf(graph));
  for (const [position, sample] of samples.entries()) {
    whole.run(sample, position);
    add(whole);
  }
  return noiseToSignal();
}

/** What it costs to store a layer's output; nothing where activations stay floats. */
function activationCosts(
  graph: Graph,
  op: WeightedOp,
  samples: readonly Sample[],
): (scheme: OpScheme) => number {
  const [output] = op.outputs;
  const scores = scoresOf(graph);
  if (!reachesScores(graph, output, scores)) return () => 0;
  const whole = sampleRunner(graph);
  const profiler = valueProfiler(1);
  for (const [position, sample] of samples.entries()) {
    whole.run(sample, position);
    profiler.add(whole.real(output));
  }
  const { min, max } = profiler.profile();
  const tail = tailCost(graph, output, scores);
  const values = new Float32Array(elementCount(tensorOf(graph, output).shape));
  const known = new Map<number, number>();
  return (scheme) => {
    const bits = activationBits[scheme];
    if (bits === 32) return 0;
    const before = known.get(bits);
    if (before !== undefined) return before;
    const range = bits === 16 ? ([-32_767, 32_767] as const) : ([-128, 127] as const);
    const parameters = coveringParameters(min, max, range);
    const noise = scoreNoise(scores);
    for (const [position, sample] of samples.entries()) {
      whole.run(sample, position);
      tail.add(whole, storedValues(whole.real(output), parameters, range, values), noise);
    }
    known.set(bits, noise.noiseToSignal());
    return noise.noiseToSignal();
  };
}

const activationBits = {
  float32: 32,
  float16: 32,
  "weights-int8": 32,
  "dynamic-range": 32,
  int8: 8,
  int4: 8,
  int16x8: 16,
} satisfies Record<OpScheme, number>;

/** Steps from one candidate to the next, those that save most noise per byte first; each layer's in their order. */
function upgrades(
  sensitivities: readonly Sensitivity[],
): readonly { readonly layer: number; readonly to: number }[] {
  const worth = (layer: number, to: number) => {
    const { costs } = sensitivities[layer] as Sensitivity;
    const [from, next] = [costs[to - 1], costs[to]];
    if (from === undefined || next === undefined) return -Infinity;
    return (from.cost - next.cost) / Math.max(1, next.bytes - from.bytes);
  };
  const position = sensitivities.map(() => 0);
  const order: { layer: number; to: number }[] = [];
  for (;;) {
    const open = sensitivities
      .map((_, layer) => ({ layer, to: (position[layer] as number) + 1 }))
      .filter(({ layer, to }) => to < (sensitivities[layer] as Sensitivity).costs.length);
    if (open.length === 0) return order;
    const best = open.reduce((a, b) => (worth(b.layer, b.to) > worth(a.layer, a.to) ? b : a));
    order.push(best);
    position[best.layer] = best.to;
  }
}
