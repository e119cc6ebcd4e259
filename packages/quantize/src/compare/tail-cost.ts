import { type Graph, presentInputs, type TensorId, tensorOf } from "@smidgen/graph";
import { sampleRunner, type SampleRunner } from "./sample-runner.ts";
import { scoreNoise, type ScoreNoise, type Scores } from "./scores.ts";
import { dependents, subgraph } from "./subgraph.ts";

/** What a change somewhere in a float network does to its scores. */
export interface TailCost {
  /** After a run of the whole network: adds to the noise what it would be if this tensor had these values. */
  readonly add: (whole: SampleRunner, changed: Float32Array, noise: ScoreNoise) => void;
}

/** The cost of errors in a computed tensor. Only operators behind it run again. */
export function tailCost(graph: Graph, changed: TensorId, scores: Scores): TailCost {
  const tail = dependents(graph, [changed]);
  const runner = sampleRunner(subgraph(graph, tail, scores.ids));
  return {
    add(whole, values, noise) {
      runner.runOn((id) => (id === changed ? values : whole.real(id)));
      for (const [i, id] of scores.ids.entries()) {
        noise.add(i, whole.real(id), id === changed ? values : runner.real(id));
      }
    },
  };
}

/** The cost of other weights: of `values` in the place of a constant. */
export function constantCost(
  graph: Graph,
  constant: TensorId,
  values: Float32Array,
  scores: Scores,
): {
  readonly add: (whole: SampleRunner) => void;
  readonly noiseToSignal: () => number;
} {
  const noise = scoreNoise(scores);
  const tensors = [...graph.tensors];
  tensors[constant] = { ...tensorOf(graph, constant), data: values };
  const changed = { ...graph, tensors };
  const runner = sampleRunner(subgraph(changed, dependents(changed, [constant]), scores.ids));
  return {
    add(whole) {
      runner.runOn((id) => whole.real(id));
      for (const [i, id] of scores.ids.entries()) noise.add(i, whole.real(id), runner.real(id));
    },
    noiseToSignal: noise.noiseToSignal,
  };
}

/**
 * Whether what a change of the tensor does to a score can be tried out: softmax lies behind the scores, and operators with
 * a state would remember every attempt.
 */
export function reachesScores(graph: Graph, id: TensorId, scores: Scores): boolean {
  const tail = dependents(graph, [id]);
  const hasState = tail.some((op) =>
    presentInputs(op).some((input) => tensorOf(graph, input).isVariable),
  );
  const reached = new Set<TensorId>([
    id,
    ...tail.flatMap(({ outputs }): readonly TensorId[] => outputs),
  ]);
  return !hasState && scores.ids.some((each) => reached.has(each));
}
