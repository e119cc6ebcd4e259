import { type Graph, type OpOf, type Shape, tensorOf } from "@smidgen/graph";

/**
 * input [batches, depth], featureWeights [units × rank, depth], timeWeights [units × rank, memory],
 * state [batches, units × rank, memory] → output [batches, units]
 *
 * A filter's last column of the state is what it makes of the input now; the others are what it made of the inputs
 * before, the oldest first.
 */
export type SvdfGeometry = {
  readonly batches: number;
  readonly depth: number;
  readonly units: number;
  /** Filters that a unit is the sum of. */
  readonly rank: number;
  /** Results of a filter that are remembered. */
  readonly memory: number;
};

export function svdfGeometry({ inputs, options }: OpOf<"svdf">, graph: Graph): SvdfGeometry {
  const [input, featureWeights, timeWeights] = inputs;
  const [batches, depth] = tensorOf(graph, input).shape as Shape2d;
  const [filters] = tensorOf(graph, featureWeights).shape as Shape2d;
  const [, memory] = tensorOf(graph, timeWeights).shape as Shape2d;
  return { batches, depth, units: filters / options.rank, rank: options.rank, memory };
}

type Shape2d = Shape & readonly [number, number];
