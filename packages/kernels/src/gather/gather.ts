import { byteCount, elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";
import { gatherRuns } from "./gather-runs.ts";

/**
 * Slices along an axis, chosen by positions that may be computed.
 *
 * Source: `GatherPrepare` and `Gather`, tensorflow/lite/micro/kernels/gather.cc.
 */
export function gather(op: OpOf<"gather">, graph: Graph): Step {
  const [inputId, positionsId] = op.inputs;
  const { type, shape } = tensorOf(graph, inputId);
  const positions = tensorOfType(graph, positionsId, "positions", "int32").shape;
  tensorOfType(graph, op.outputs[0], "output", type);
  const axis = op.options.axis < 0 ? op.options.axis + shape.length : op.options.axis;
  const { batchDims: given } = op.options;
  const batchDims = given < 0 ? given + positions.length : given;
  return gatherRuns(graph, inputId, positionsId, op.outputs[0], {
    batches: elementCount(shape.slice(0, batchDims)),
    outerCount: elementCount(shape.slice(batchDims, axis)),
    size: shape[axis] as number,
    positionCount: elementCount(positions.slice(batchDims)),
    runBytes: byteCount({ type, shape: shape.slice(axis + 1) }),
  });
}
