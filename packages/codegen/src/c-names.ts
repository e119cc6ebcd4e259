import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { toCIdentifier } from "./c-identifier.ts";

/** What things are called in the C of a model. */
export interface CNames {
  /** `digits` */
  readonly model: string;
  /** `SMG_DIGITS` */
  readonly macro: string;
  /** Parameters of the run function: `in` and `out` if there is one of each. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export function cNames(graph: Graph, model: string): CNames {
  return {
    model,
    macro: `SMG_${model.toUpperCase()}`,
    inputs: parameterNames(graph, graph.inputs, "in"),
    outputs: parameterNames(graph, graph.outputs, "out"),
  };
}

/** `in`, or the tensors' names behind it, with a number where they meet. */
function parameterNames(graph: Graph, ids: readonly TensorId[], prefix: string): readonly string[] {
  if (ids.length === 1) return [prefix];
  const names = ids.map((id) => `${prefix}_${toCIdentifier(tensorOf(graph, id).name)}`);
  return names.map((name, i) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}_${i}`,
  );
}

/** Gives where an input lies in the arena. */
export function inputFunction({ model, inputs }: CNames, position: number): string {
  return `smg_${model}_${inputs.length === 1 ? "input" : inputs[position]}`;
}
