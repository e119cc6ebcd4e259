import type { Shape, TensorId } from "@smidgen/graph";
import type { LayerBuilder } from "../layer-builder.ts";
import { type LayerRules, noProblems } from "../layer-rules.ts";
import type { LayerCall } from "../network.ts";

export const reshape: LayerRules = { problems: noProblems, convert: reshapeTo };

/** The input in the shape of the layer's output. */
export function reshapeTo(
  call: LayerCall,
  b: LayerBuilder,
  [input]: readonly [TensorId, ...TensorId[]],
): TensorId {
  const newShape = call.outputs[0].shape as Shape;
  if (call.inputs[0].shape.join() === newShape.join()) return input;
  return b.op("reshape", [input, undefined], { newShape }, call.name);
}
