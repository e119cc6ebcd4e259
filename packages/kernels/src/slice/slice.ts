import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { constantOfType, requireSupported, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";
import { stridedCopy } from "../strided-copy.ts";

/**
 * Source: `SlicePrepare`, tensorflow/lite/micro/kernels/slice.cc, and `Slice`,
 * tensorflow/lite/kernels/internal/reference/slice.h.
 */
export function slice(op: OpOf<"slice">, graph: Graph): Step {
  const [inputId, beginId] = op.inputs;
  const { type, shape } = tensorOf(graph, inputId);
  const output = tensorOfType(graph, op.outputs[0], "output", type);
  requireSupported(shape.length <= 5, `input has rank ${shape.length}; 5 is the highest`);
  const begin = constantOfType(graph, beginId, "begin", "int32");
  const steps = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const axes = output.shape.map((extent, axis) => ({ extent, step: steps[axis] as number }));
  const start = steps.reduce((sum, step, axis) => sum + step * (begin[axis] as number), 0);
  return stridedCopy(op, graph, axes, start);
}
