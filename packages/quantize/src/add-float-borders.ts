import { type Graph, type Op, type Tensor, type TensorId, tensorOf } from "@smidgen/graph";

/**
 * The graph with float inputs and outputs: operators at both ends convert. Positions stay integers.
 *
 * The float tensors take over the names; the integers behind them become `name_int8`.
 * Source of the names: `SetInputType`, tensorflow/lite/tools/optimize/quantize_model.cc.
 */
export function addFloatBorders(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const renamed = new Set<TensorId>();
  const addFloat = (id: TensorId): TensorId => {
    const integers = graph.tensors[id] as Tensor;
    if (!renamed.has(id)) tensors[id] = { ...integers, name: `${integers.name}_${integers.type}` };
    renamed.add(id);
    return (tensors.push({ ...integers, type: "float32", quantization: undefined }) -
      1) as TensorId;
  };
  const isQuantized = (id: TensorId) => tensorOf(graph, id).quantization !== undefined;
  const inputs = graph.inputs.map((id) => (isQuantized(id) ? addFloat(id) : id));
  const outputs = graph.outputs.map((id) => (isQuantized(id) ? addFloat(id) : id));
  const convert = (kind: "dequantize" | "quantize", from: TensorId, to: TensorId): Op => ({
    kind,
    inputs: [from],
    outputs: [to],
    options: {},
  });
  return {
    ...graph,
    tensors,
    inputs,
    outputs,
    ops: [
      ...graph.inputs.flatMap((id, i) =>
        isQuantized(id) ? [convert("quantize", inputs[i] as TensorId, id)] : [],
      ),
      ...graph.ops,
      ...graph.outputs.flatMap((id, i) =>
        isQuantized(id) ? [convert("dequantize", id, outputs[i] as TensorId)] : [],
      ),
    ],
  };
}
