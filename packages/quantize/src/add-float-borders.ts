import type { Graph, Op, Tensor, TensorId } from "@smidgen/graph";

/**
 * The graph with float inputs and outputs: operators at both ends convert.
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
  const inputs = graph.inputs.map(addFloat);
  const outputs = graph.outputs.map(addFloat);
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
      ...inputs.map((id, i) => convert("quantize", id, graph.inputs[i] as TensorId)),
      ...graph.ops,
      ...outputs.map((id, i) => convert("dequantize", graph.outputs[i] as TensorId, id)),
    ],
  };
}
