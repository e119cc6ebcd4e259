import type { NewRow } from "../schema/schema-types.ts";

/** A step of repacking: a model that means the same. */
export type Pass = (model: NewRow<"Model">) => NewRow<"Model">;

/** The model with each of its tensors replaced. */
export function mapTensors(
  model: NewRow<"Model">,
  change: (tensor: NewRow<"Tensor">) => NewRow<"Tensor">,
): NewRow<"Model"> {
  return mapSubgraphs(model, (subgraph) => ({
    ...subgraph,
    tensors: subgraph.tensors?.map(change),
  }));
}

export function mapSubgraphs(
  model: NewRow<"Model">,
  change: (subgraph: NewRow<"SubGraph">, index: number) => NewRow<"SubGraph">,
): NewRow<"Model"> {
  return { ...model, subgraphs: model.subgraphs?.map(change) };
}

export function mapOperators(
  subgraph: NewRow<"SubGraph">,
  change: (operator: NewRow<"Operator">) => NewRow<"Operator">,
): NewRow<"SubGraph"> {
  return { ...subgraph, operators: subgraph.operators?.map(change) };
}
