import {
  byteCount,
  elementCount,
  type Graph,
  type OpOf,
  type Tensor,
  tensorOf,
} from "@smidgen/graph";
import { checkedPosition } from "../gather/checked-position.ts";
import { gatherRuns, requireConstantsWithin } from "../gather/gather-runs.ts";
import { perTensorOf, requireSupported, tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";

/**
 * Rows of a table, chosen by positions. Rows of int8 may come out as floats.
 *
 * Source: `EmbeddingLookUpPrepare`, tensorflow/lite/micro/kernels/embedding_lookup.cc.
 */
export function embeddingLookup(op: OpOf<"embedding-lookup">, graph: Graph): Step {
  const [positionsId, tableId] = op.inputs;
  const [outputId] = op.outputs;
  const table = tensorOf(graph, tableId);
  const positions = tensorOfType(graph, positionsId, "positions", "int32");
  const output = tensorOfType(graph, outputId, "output", table.type, "float32");
  if (output.type !== table.type) return toFloat32(op, graph, table);
  const [size, ...row] = table.shape as [number, ...number[]];
  return gatherRuns(graph, tableId, positionsId, outputId, {
    batches: 1,
    outerCount: 1,
    size,
    positionCount: elementCount(positions.shape),
    runBytes: byteCount({ type: table.type, shape: row }),
  });
}

type Params = {
  readonly size: number;
  readonly positionCount: number;
  readonly depth: number;
  readonly scale: number;
};

/** Source: `EvalHybrid`, tensorflow/lite/micro/kernels/embedding_lookup.cc. */
function toFloat32(
  { inputs, outputs }: OpOf<"embedding-lookup">,
  graph: Graph,
  table: Tensor,
): Step {
  const { scale, zeroPoint } = perTensorOf(table, "table");
  requireSupported(
    zeroPoint === 0,
    `table "${table.name}" has zero point ${zeroPoint}; to become float32 it must have 0`,
  );
  const [size, ...row] = table.shape as [number, ...number[]];
  requireConstantsWithin(graph, inputs[0], size);
  const positionCount = elementCount(tensorOf(graph, inputs[0]).shape);
  return makeStep({
    kernel: "embedding_lookup_int8_float32",
    run: runEmbeddingLookup,
    params: { size, positionCount, depth: elementCount(row), scale },
    reads: inputs,
    writes: outputs,
  });
}

function runEmbeddingLookup(
  { size, positionCount, depth, scale }: Params,
  positions: Int32Array,
  table: Int8Array,
  output: Float32Array,
): void {
  for (let i = 0; i < positionCount; i++) {
    const row = checkedPosition(positions[i]!, size) * depth;
    for (let j = 0; j < depth; j++) output[i * depth + j] = scale * table[row + j]!;
  }
}
