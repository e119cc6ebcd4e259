import type { Graph } from "@smidgen/graph";

/**
 * The graph with a name of its own for each tensor, as calibration needs them: what is called like an earlier one, or not
 * at all, gets a number. Files need neither; good names stay.
 */
export function withDistinctNames(graph: Graph): Graph {
  const given = new Set(graph.tensors.map(({ name }) => name));
  const taken = new Set<string>();
  const tensors = graph.tensors.map((tensor, id) => {
    let { name } = tensor;
    if (name === "" || taken.has(name)) {
      const stem = name === "" ? `tensor_${id}` : name;
      name = stem;
      for (let count = 2; given.has(name) || taken.has(name); count++) name = `${stem}_${count}`;
    }
    taken.add(name);
    return name === tensor.name ? tensor : { ...tensor, name };
  });
  return { ...graph, tensors };
}
