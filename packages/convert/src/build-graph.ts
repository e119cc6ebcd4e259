import type { Graph, Shape, TensorId } from "@smidgen/graph";
import { layerBuilder } from "./layer-builder.ts";
import { layerTable } from "./layer-table.ts";
import type { LayerValue, Network } from "./network.ts";

/** Every layer as operators of its own, in the order in which they run. Trusts `refuseUnsupported`. */
export function buildGraph(network: Network, name: string): Graph {
  const builder = layerBuilder(name);
  const ids = new Map<LayerValue, TensorId>();
  const idOf = (value: LayerValue): TensorId => {
    const id = ids.get(value);
    if (id === undefined) throw new Error("a value is read before its layer runs");
    return id;
  };
  for (const { name: inputName, value } of network.inputs) {
    ids.set(value, builder.input(inputName, value.shape as Shape));
  }
  for (const call of network.calls) {
    const rules = layerTable.get(call.className);
    if (rules === undefined) throw new Error(`no rules for ${call.className}`);
    const [first, ...others] = call.inputs.map(idOf);
    const output = rules.convert(call, builder, [first as TensorId, ...others], network);
    ids.set(call.outputs[0], output);
  }
  return builder.build(network.outputs.map(idOf));
}
