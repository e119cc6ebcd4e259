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
    const factors = perChannel(tensorOf(graph, constant), channelsOf(affine, tensors));
    if (factors === undefined) continue;
    const folded = foldInto(affine, op.kind, factors, tensors, uses);
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

interface PerChannel {
  /** Of the constant, without its role: `batch_normalization`. */
  readonly name: string;
  readonly entries: Float32Array;
}

/** A constant with one entry for each channel, along the last axis. */
function perChannel({ name, data, shape }: Tensor, channels: number): PerChannel | undefined {
  const fits = shape.at(-1) === channels && elementCount(shape) === channels;
  if (!fits || !(data instanceof Float32Array)) return undefined;
  return { name: withoutRole(name), entries: data };
}

/** The operator with constants of its own; `tensors` and `uses` learn of them. */
function foldInto(
  op: Affine,
  kind: "add" | "mul",
  { name, entries }: PerChannel,
  tensors: Tensor[],
  uses: Map<TensorId, number>,
): Affine {
  const [input, filterId, biasId] = op.inputs;
  const filter = tensorOf({ tensors }, filterId);
  // A filter that is used elsewhere too keeps its name there.
  const newName = uses.get(filterId) === 1 ? withoutRole(filter.name) : name;
  const addConstant = (role: string, shape: Shape, data: Float32Array): TensorId => {
    const constant = { name: `${newName}/${role}`, type: "float32", shape, data } as const;
    const id = tensors.push({ ...constant, quantization: undefined, isVariable: false }) - 1;
    uses.set(id as TensorId, 1);
    return id as TensorId;
  };
  const bias = biasId === undefined ? undefined : tensorOf({ tensors }, biasId).data;
  const newBias = entries.map((entry, channel) => {
    const before = Number(bias?.[channel] ?? 0);
    return kind === "mul" ? before * entry : before + entry;
  });
  const newBiasId = addConstant("bias", [entries.length], newBias);
  if (kind === "add") return { ...op, inputs: [input, filterId, newBiasId] };
  const sliceSize = elementCount(filter.shape.slice(channelAxis(op.kind) + 1));
  const newFilter = (filter.data as Float32Array).map(
    (weight, i) => weight * (entries[Math.floor(i / sliceSize) % entries.length] ?? 1),
  );
  return { ...op, inputs: [input, addConstant("filter", filter.shape, newFilter), newBiasId] };
}

/** `conv2d` of `conv2d/filter`. */
function withoutRole(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}
