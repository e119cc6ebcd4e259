import { elementCount, type Graph, type TensorId, tensorOf } from "@smidgen/graph";

/** An operator over the last dimension: input and output [rows, depth]. */
export type RowGeometry = { readonly rows: number; readonly depth: number };

export function rowGeometry(
  { inputs }: { readonly inputs: readonly [TensorId] },
  graph: Graph,
): RowGeometry {
  const { shape } = tensorOf(graph, inputs[0]);
  const depth = shape.at(-1) ?? 1;
  return { rows: elementCount(shape) / depth, depth };
}
