import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { constantOfType, requireSupported, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";
import { stridedCopy } from "../strided-copy.ts";

/**
 * Source: `TransposePrepare`, tensorflow/lite/micro/kernels/transpose_common.cc, and `TransposeImpl`,
 * tensorflow/lite/kernels/internal/reference/transpose.h.
 */
export function transpose(op: OpOf<"transpose">, graph: Graph): Step {
  const [inputId, permutationId] = op.inputs;
  const { type, shape } = tensorOf(graph, inputId);
  tensorOfType(graph, op.outputs[0], "output", type);
  requireSupported(shape.length <= 5, `input has rank ${shape.length}; 5 is the highest`);
  const permutation = constantOfType(graph, permutationId, "permutation", "int32");
  const axes = Array.from(permutation, (axis) => ({
    extent: shape[axis] as number,
    step: elementCount(shape.slice(axis + 1)),
  }));
  return stridedCopy(op, graph, axes, 0);
}
