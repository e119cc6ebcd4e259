import { elementCount, type Graph, tensorOf } from "@smidgen/graph";
import { floats } from "./floats.ts";

/** Random samples between 0 and 1, with an array for each input. */
export function samplesOf(graph: Graph, seed: number, count: number): Float32Array[][] {
  const random = floats(seed);
  return Array.from({ length: count }, () =>
    graph.inputs.map((id) => random(elementCount(tensorOf(graph, id).shape), 1).map(Math.abs)),
  );
}
