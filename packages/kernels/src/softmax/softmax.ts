import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";

/** input and output [rows, depth] */
export type SoftmaxGeometry = { readonly rows: number; readonly depth: number };

export function softmaxGeometry({ inputs }: OpOf<"softmax">, graph: Graph): SoftmaxGeometry {
  const { shape } = tensorOf(graph, inputs[0]);
  const depth = shape.at(-1) ?? 1;
  return { rows: elementCount(shape) / depth, depth };
}
