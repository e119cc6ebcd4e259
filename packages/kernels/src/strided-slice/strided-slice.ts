import { elementCount, type Graph, type OpOf, stridedRanges, tensorOf } from "@smidgen/graph";
import { requireSupported, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";
import { stridedCopy } from "../strided-copy.ts";

/**
 * Source: `StridedSlicePrepare`, tensorflow/lite/micro/kernels/strided_slice_common.cc, and `StridedSlice`,
 * tensorflow/lite/kernels/internal/reference/strided_slice.h.
 */
export function stridedSlice(op: OpOf<"strided-slice">, graph: Graph): Step {
  const { type, shape } = tensorOf(graph, op.inputs[0]);
  tensorOfType(graph, op.outputs[0], "output", type);
  requireSupported(shape.length <= 4, `input has rank ${shape.length}; 4 is the highest`);
  requireSupported(
    !op.options.offset,
    "end counts from begin, which TensorFlow Lite Micro does not know",
    "Store where the slice ends, counted from the first cell.",
  );
  let start = 0;
  const axes = stridedRanges(op, graph.tensors).map(({ begin, stride, count }, axis) => {
    const step = elementCount(shape.slice(axis + 1));
    start += begin * step;
    return { extent: count, step: stride * step };
  });
  return stridedCopy(op, graph, axes, start);
}
