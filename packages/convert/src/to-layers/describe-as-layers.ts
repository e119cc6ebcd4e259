import { UserError } from "@smidgen/errors";
import { type Graph, type Op, type TensorId, tensorOf } from "@smidgen/graph";
import { describeOp } from "./describe-op.ts";
import type { DescribedWeights, LayerChain, LayersDescription } from "./layer-description.ts";

/**
 * The way back: a float graph, from any `.tflite` file, as the Keras layers that compute it, to be trained further.
 *
 * Batches may have any size where the graph has 1. What was folded stays folded: a convolution has the scale of the
 * batch normalization that was once behind it.
 *
 * @throws UserError `unsupported-operator`, listing every operator that no layer computes, and why
 */
export function describeAsLayers(graph: Graph): LayersDescription {
  const problems = [...inputProblems(graph)];
  const chains: LayerChain[] = [];
  for (const [index, op] of graph.ops.entries()) {
    const chain = describe(op, graph);
    if ("problem" in chain) {
      const [output] = op.outputs;
      problems.push(
        `operator ${index} (${op.kind}, "${tensorOf(graph, output).name}"): ${chain.problem}`,
      );
    } else {
      chains.push(chain);
    }
  }
  if (problems.length > 0) {
    throw new UserError(
      "unsupported-operator",
      `"${graph.name}" cannot be made of layers again:\n${problems.map((line) => `- ${line}`).join("\n")}`,
      { hint: "It can be quantized and run as it is, but not trained further." },
    );
  }
  return network(graph, chains);
}

function describe(op: Op, graph: Graph): ReturnType<typeof describeOp> {
  const notFloat = [...op.inputs, ...op.outputs]
    .filter((id) => id !== undefined)
    .map((id) => tensorOf(graph, id))
    .find(({ type, data }) => type !== "float32" && data === undefined);
  if (notFloat !== undefined) {
    return { problem: `"${notFloat.name}" holds ${notFloat.type}; only float32 can be trained` };
  }
  return describeOp(op, graph);
}

function* inputProblems(graph: Graph): Generator<string> {
  for (const id of graph.inputs) {
    const { name, shape } = tensorOf(graph, id);
    if (shape[0] !== 1)
      yield `input "${name}": its first dimension is ${shape[0]}, not a batch of 1`;
  }
}

function network(graph: Graph, chains: readonly LayerChain[]): LayersDescription {
  const nameOf = uniqueNames();
  const values = new Map<TensorId, string>(); // the layer whose output it is
  const layers: object[] = [];
  const weights: DescribedWeights[] = [];
  for (const id of graph.inputs) {
    const { name, shape } = tensorOf(graph, id);
    const layerName = nameOf(name);
    values.set(id, layerName);
    layers.push({
      class_name: "InputLayer",
      name: layerName,
      config: { name: layerName, batch_input_shape: [null, ...shape.slice(1)], dtype: "float32" },
      inbound_nodes: [],
    });
  }
  for (const [i, { inputs, layers: chain }] of chains.entries()) {
    const [output] = (graph.ops[i] as Op).outputs;
    const outputName = tensorOf(graph, output).name;
    let sources = inputs.map((id) => values.get(id) as string);
    for (const [position, { className, config, weights: tensors }] of chain.entries()) {
      const isLast = position === chain.length - 1;
      const name = nameOf(isLast ? outputName : `${outputName}_${position}`);
      layers.push({
        class_name: className,
        name,
        config: { ...config, name, trainable: true },
        inbound_nodes: [sources.map((source) => [source, 0, 0, {}])],
      });
      if (tensors !== undefined && tensors.length > 0) weights.push({ path: [name], tensors });
      sources = [name];
    }
    values.set(output, sources[0] as string);
  }
  const points = (ids: readonly TensorId[]) => ids.map((id) => [values.get(id), 0, 0]);
  return {
    topology: {
      class_name: "Model",
      config: {
        name: graph.name === "" ? "model" : graph.name,
        layers,
        input_layers: points(graph.inputs),
        output_layers: points(graph.outputs),
      },
    },
    layers: weights,
  };
}

/** Names of layers may not be used twice, nor hold what separates them from the names of weights. */
function uniqueNames(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    const base = wanted.replaceAll(/[^\w.-]+/g, "_") || "layer";
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    taken.add(name);
    return name;
  };
}
