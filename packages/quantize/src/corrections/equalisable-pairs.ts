import {
  type Graph,
  isConstant,
  type Op,
  type OpOf,
  presentInputs,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";

/** A layer whose weights are constants. */
export type WeightedOp = OpOf<"conv-2d" | "depthwise-conv-2d" | "fully-connected">;

/** Two layers with nothing between them but what leaves channels apart and lengths alone. */
export interface EqualisablePair {
  readonly first: WeightedOp;
  readonly between: readonly Op[];
  readonly second: WeightedOp;
  /** Output channels of the first layer. Input channel `j` of the second one comes from channel `j % channels`. */
  readonly channels: number;
  /** Operators among `first` and `between` that clip at 6, which holds only for values that stay below. */
  readonly clipping: readonly Op[];
}

/**
 * The pairs of layers between which channels can be scaled: what the first one's channel is divided by, the second
 * one's weights for it are multiplied with, and the network computes what it did, since f(s · x) = s · f(x) for s > 0
 * of everything between: relu, leaky-relu, prelu, pooling, means over other axes, padding with zeros, reshaping that keeps
 * channels innermost. Nothing else may read what is between, and it must not leave the graph.
 *
 * Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section 4.1.
 */
export function equalisablePairs(graph: Graph): readonly EqualisablePair[] {
  const readers = new Map<TensorId, Op[]>();
  for (const op of graph.ops) {
    for (const id of new Set(presentInputs(op))) readers.set(id, [...(readers.get(id) ?? []), op]);
  }
  const onlyReader = (id: TensorId): Op | undefined => {
    const [reader, ...others] = readers.get(id) ?? [];
    return others.length > 0 || graph.outputs.includes(id) ? undefined : reader;
  };
  return graph.ops.flatMap((first): readonly EqualisablePair[] => {
    if (!isWeighted(first, graph) || !hasOwnConstants(first, readers)) return [];
    const channels = tensorOf(graph, first.outputs[0]).shape.at(-1) ?? 1;
    const clipping: Op[] = [];
    const between: Op[] = [];
    const { activation } = first.options;
    if (activation === "relu6") clipping.push(first);
    else if (activation !== "none" && activation !== "relu") return [];
    let output: TensorId = first.outputs[0];
    for (;;) {
      const reader = onlyReader(output);
      if (reader === undefined) return [];
      if (isWeighted(reader, graph) && reader.inputs[0] === output) {
        const fits = readsChannels(reader, graph, channels) && hasOwnConstants(reader, readers);
        return fits ? [{ first, between, second: reader, channels, clipping }] : [];
      }
      if (!keepsChannels(reader, graph, channels)) return [];
      if (reader.kind === "relu6" || clipsAtSix(reader)) clipping.push(reader);
      between.push(reader);
      output = reader.outputs[0];
    }
  });
}

export function isWeighted(op: Op, graph: Graph): op is WeightedOp {
  if (op.kind !== "conv-2d" && op.kind !== "depthwise-conv-2d" && op.kind !== "fully-connected") {
    return false;
  }
  const [, filter, bias] = op.inputs;
  const isFloatConstant = (id: TensorId) => tensorOf(graph, id).data instanceof Float32Array;
  return isFloatConstant(filter) && (bias === undefined || isFloatConstant(bias));
}

/** Weights that two layers share would have to be scaled twice. */
function hasOwnConstants(op: WeightedOp, readers: ReadonlyMap<TensorId, readonly Op[]>): boolean {
  const [, filter, bias] = op.inputs;
  return [filter, bias].every((id) => id === undefined || readers.get(id)?.length === 1);
}

function readsChannels(op: WeightedOp, graph: Graph, channels: number): boolean {
  const input = tensorOf(graph, op.inputs[0]).shape.at(-1) ?? 1;
  const filter = tensorOf(graph, op.inputs[1]).shape;
  switch (op.kind) {
    case "conv-2d":
      return filter[3] === input && input % channels === 0;
    case "depthwise-conv-2d":
      return input % channels === 0;
    case "fully-connected":
      return (filter[1] ?? 1) % channels === 0 && input % channels === 0;
    default:
      op satisfies never;
      return false;
  }
}

/** Whether values only move within their channel, and a factor goes through. */
function keepsChannels(op: Op, graph: Graph, channels: number): boolean {
  const [output] = op.outputs;
  const isInnermost = (tensorOf(graph, output).shape.at(-1) ?? 1) % channels === 0;
  switch (op.kind) {
    case "relu":
    case "relu6":
    case "leaky-relu":
    case "prelu":
    case "max-pool-2d":
      return true;
    case "average-pool-2d":
    case "resize-bilinear":
    case "resize-nearest-neighbor":
      return true;
    case "reshape":
    case "squeeze":
    case "expand-dims":
      return isInnermost;
    case "pad": {
      const paddings = tensorOf(graph, op.inputs[1]).data;
      return (
        paddings !== undefined && Number(paddings.at(-1)) === 0 && Number(paddings.at(-2)) === 0
      );
    }
    case "mean": {
      const axes = tensorOf(graph, op.inputs[1]);
      const rank = tensorOf(graph, op.inputs[0]).shape.length;
      return (
        isConstant(axes) &&
        Array.from(axes.data as Int32Array).every((axis) => axis !== -1 && axis !== rank - 1)
      );
    }
    default:
      return false;
  }
}

function clipsAtSix({ options }: Op): boolean {
  return "activation" in options && options.activation === "relu6";
}
