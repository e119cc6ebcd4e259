import { UserError } from "@smidgen/errors";
import { type Graph, type OpKind, type TensorId, tensorOf } from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import {
  type ErrorAccumulator,
  errorAccumulator,
  type ErrorStatistics,
} from "./error-statistics.ts";
import { findRemedies } from "./find-remedies.ts";
import { followEqualisation } from "./follow-equalisation.ts";
import { matchTensors, type TensorMatch, type TensorMatches } from "./match-tensors.ts";
import { ownErrors } from "./own-errors.ts";
import { realConstant } from "./real-constant.ts";
import type { Finding } from "./remedies.ts";
import { keptSamples, sampleRunner, storableRange } from "./sample-runner.ts";
import { type ScoreComparison, scoreComparison } from "./compare-scores.ts";
import { scoresOf } from "./scores.ts";

/** Where a quantized network departs from the float network it was made from. Plain JSON, but for infinities. */
export interface LayerComparison {
  readonly samples: number;
  /** Of each tensor that is computed in the quantized graph and has a counterpart, in its order. */
  readonly tensors: readonly TensorComparison[];
  /** Operators of the quantized graph by what their own error costs at the scores, the most expensive first. */
  readonly layers: readonly LayerError[];
  /** All errors together, where the network decides: at its outputs, or before softmax. */
  readonly scores: ScoreComparison;
  /** What to change, and what it should gain: the most promising first. */
  readonly findings: readonly Finding[];
  /**
   * Float names of weights that the quantized network has others for: it was trained anew, or is another. What is said
   * about costs means little then.
   */
  readonly otherWeights: readonly string[];
  /** Names of computed tensors without a counterpart. */
  readonly unmatched: { readonly float: readonly string[]; readonly quantized: readonly string[] };
}

export interface TensorComparison {
  readonly id: TensorId;
  readonly name: string;
  /** What the float graph calls it. */
  readonly floatName: string;
  readonly matchedBy: TensorMatch["by"];
  /** With the errors of everything before it. In real numbers. */
  readonly accumulated: ErrorStatistics;
}

export interface LayerError {
  /** Position of the operator in the quantized graph. */
  readonly op: number;
  readonly kind: OpKind;
  /** Its first output. */
  readonly name: string;
  /** What it adds itself: on the inputs that the float network has there, rounded to what its own inputs can store. */
  readonly own: ErrorStatistics;
  /** Noise to signal at the scores if all other operators were float; undefined behind them, and where values only move. */
  readonly cost: number | undefined;
  /** Of the sum of all costs. */
  readonly costShare: number;
}

/**
 * Runs both networks on the same real inputs and compares them tensor by tensor: with the errors that have
 * accumulated, and with those that each operator makes itself. Tensors are matched by `matchTensors`, so that files
 * of others work too.
 *
 * Channels that were scaled across layers before quantization are compared with float ones that are scaled likewise.
 *
 * The cost of an operator is what its error alone does to the scores of the float network, as in Gluska
 * and Grobman, "Exploring Neural Networks Quantization via Layer-Wise Quantization Analysis", arXiv:2012.08420, but for
 * noise instead of accuracy: it needs no labels. Operators with a state have no own error.
 *
 * @throws UserError `no-samples`, `wrong-sample`, `not-finite`, `different-networks`, or `unsupported-operator` if one of the
 * graphs has an operator that the interpreter does not run.
 */
export function compareLayers(
  original: Graph,
  quantized: Graph,
  samples: Iterable<Sample>,
): LayerComparison {
  const kept = keptSamples(samples);
  if (kept.length === 0) throw noSamples(original);
  const matches = matchTensors(original, quantized);
  const float = followEqualisation(original, quantized, matches);
  const scores = scoresOf(float);
  const [exact, actual] = [sampleRunner(float), sampleRunner(quantized)];
  const accumulated = new Map<TensorId, ErrorAccumulator>();
  for (const id of watchedTensors(quantized, matches)) accumulated.set(id, errorAccumulator());
  const ranges = new Map([...accumulated.keys()].map((id) => [id, storableRange(quantized, id)]));
  const own = ownErrors(float, quantized, matches, scores);
  const total = scoreComparison(float, quantized, matches, scores);
  for (const [position, sample] of kept.entries()) {
    exact.run(sample, position);
    actual.run(sample, position);
    for (const [id, { add }] of accumulated) {
      const { id: counterpart } = matches.floatOf.get(id) as TensorMatch;
      add(exact.real(counterpart), actual.real(id), ranges.get(id));
    }
    total.add(exact, actual);
    own.add(exact);
  }
  const nameOf = (graph: Graph) => (id: TensorId) => tensorOf(graph, id).name;
  return {
    samples: kept.length,
    tensors: [...accumulated].map(([id, { statistics }]) => {
      const { id: counterpart, by } = matches.floatOf.get(id) as TensorMatch;
      return {
        id,
        name: nameOf(quantized)(id),
        floatName: nameOf(float)(counterpart),
        matchedBy: by,
        accumulated: statistics(),
      };
    }),
    layers: own.ranking(),
    scores: total.result(),
    findings: findRemedies(float, quantized, matches, scores, spread(kept, mostForFindings)),
    otherWeights: otherWeights(float, quantized, matches),
    unmatched: {
      float: matches.unmatched.float.map(nameOf(float)),
      quantized: matches.unmatched.quantized.map(nameOf(quantized)),
    },
  };
}

/** Findings try things out one by one. */
const mostForFindings = 32;

/** At most so many, evenly spaced. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  const count = Math.min(all.length, most);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as T);
}

export function noSamples({ name }: Graph): UserError {
  return new UserError("no-samples", `there is no sample to compare "${name}" with`, {
    hint: "Give it some inputs like those that the network will see.",
  });
}

/** However coarse the steps, weights point in about the direction they did. */
const leastCosine = 0.7;

function otherWeights(float: Graph, quantized: Graph, { floatOf }: TensorMatches): string[] {
  return [...floatOf].flatMap(([id, match]) => {
    const { data, name, shape } = tensorOf(float, match.id);
    const stored = realConstant(tensorOf(quantized, id));
    if (!(data instanceof Float32Array) || shape.length < 2 || stored === undefined) return [];
    const { add, statistics } = errorAccumulator();
    add(data, stored);
    return statistics().cosine < leastCosine ? [name] : [];
  });
}

/** Inputs and what operators write, positions aside. */
function watchedTensors(quantized: Graph, { floatOf }: TensorMatches): readonly TensorId[] {
  return [
    ...quantized.inputs,
    ...quantized.ops.flatMap(({ outputs }): readonly TensorId[] => outputs),
  ].filter((id) => {
    const { type, quantization } = tensorOf(quantized, id);
    return floatOf.has(id) && (type === "float32" || quantization !== undefined);
  });
}
