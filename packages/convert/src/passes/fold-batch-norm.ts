import {
  elementCount,
  type Graph,
  type Op,
  type OpOf,
  type Shape,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { countUses, writers } from "./uses.ts";

type Affine = OpOf<"conv-2d" | "depthwise-conv-2d" | "fully-connected">;

/**
 * `(x ∗ filter + bias) · scale + shift` becomes `x ∗ (filter · scale) + (bias · scale + shift)`, if nothing
 * reads the steps between. `scale` and `shift` are constants with one entry per channel.
 */
export function foldBatchNorm(graph: Graph): Graph {
  const uses = countUses(graph);
  const writtenBy = writers(graph.ops);
  const tensors = [...graph.tensors];
  const ops: (Op | undefined)[] = [...graph.ops];
  for (const [index, op] of graph.ops.entries()) {
    if ((op.kind !== "mul" && op.kind !== "add") || op.options.activation !== "none") continue;
    const [input, constant] = op.inputs;
    const affineIndex = writtenBy.get(input) ?? -1;
    const affine = ops[affineIndex];
    if (!isAffine(affine) || uses.get(input) !== 1) continue;
    const entries = perChannel(tensorOf(graph, constant), channelsOf(affine, tensors));
    if (entries === undefined) continue;
    const folded = foldInto(affine, op.kind, entries, tensors, uses);
    ops[affineIndex] = { ...folded, outputs: op.outputs } as Op;
    writtenBy.set(op.outputs[0], affineIndex);
    ops[index] = undefined;
  }
  return { ...graph, tensors, ops: ops.filter((op) => op !== undefined) };
}

function isAffine(op: Op | undefined): op is Affine {
  return (
    (op?.kind === "conv-2d" ||
      op?.kind === "depthwise-conv-2d" ||
      op?.kind === "fully-connected") &&
    op.options.activation === "none"
  );
}

/** Of a filter: the axis of the output channels. */
function channelAxis(kind: Affine["kind"]): 0 | 3 {
  return kind === "depthwise-conv-2d" ? 3 : 0;
}

function channelsOf({ kind, inputs: [, filter] }: Affine, tensors: readonly Tensor[]): number {
  return tensorOf({ tensors }, filter).shape[channelAxis(kind)] as number;
}

/** A constant's entries if it has one for each channel, along the last axis. */
function perChannel({ data, shape }: Tensor, channels: number): Float32Array | undefined {
  const fits = shape.at(-1) === channels && elementCount(shape) === channels;
  return fits && data instanceof Float32Array ? data : undefined;
}

/** The operator with constants of its own; `uses` and `tensors` learn of them. */
function foldInto(
  op: Affine,
  kind: "add" | "mul",
  entries: Float32Array,
  tensors: Tensor[],
  uses: Map<TensorId, number>,
): Affine {
  const [input, filterId, biasId] = op.inputs;
  const outputName = tensorOf({ tensors }, op.outputs[0]).name;
  const replace = (id: TensorId | undefined, role: string, shape: Shape, data: Float32Array) => {
    const name =
      id !== undefined && uses.get(id) === 1
        ? tensorOf({ tensors }, id).name
        : `${outputName}/${role}`;
    const tensor = { name, type: "float32", shape, data } as const;
    const newId = tensors.push({ ...tensor, quantization: undefined, isVariable: false }) - 1;
    uses.set(newId as TensorId, 1);
    return newId as TensorId;
  };
  const bias = biasId === undefined ? undefined : tensorOf({ tensors }, biasId).data;
  const newBias = entries.map((entry, c) => {
    const before = Number(bias?.[c] ?? 0);
    return kind === "mul" ? before * entry : before + entry;
  });
  const newBiasId = replace(biasId, "bias", [entries.length], newBias);
  if (kind === "add") return { ...op, inputs: [input, filterId, newBiasId] };
  const { shape, data } = tensorOf({ tensors }, filterId);
  const sliceSize = elementCount(shape.slice(channelAxis(op.kind) + 1));
  const newFilter = (data as Float32Array).map(
    (weight, i) => weight * (entries[Math.floor(i / sliceSize) % entries.length] ?? 1),
  );
  return {
    ...op,
    inputs: [input, replace(filterId, "filter", shape, newFilter), newBiasId],
  };
}
