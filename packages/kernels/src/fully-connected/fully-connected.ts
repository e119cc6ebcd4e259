import { elementCount, type OpOf, type Graph, type Shape, tensorOf } from "@smidgen/graph";

/** input [batches, depth], filter [units, depth] → output [batches, units] */
export type FullyConnectedGeometry = {
  readonly batches: number;
  readonly depth: number;
  readonly units: number;
};

export function fullyConnectedGeometry(
  { inputs: [input, filter] }: OpOf<"fully-connected">,
  graph: Graph,
): FullyConnectedGeometry {
  const [units, depth] = tensorOf(graph, filter).shape as Shape & readonly [number, number];
  return { batches: elementCount(tensorOf(graph, input).shape) / depth, depth, units };
}
