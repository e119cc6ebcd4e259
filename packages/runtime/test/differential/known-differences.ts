import { type Graph, type Op, tensorOf } from "@smidgen/graph";
import type { ChainType } from "./chain.ts";

/** Where TensorFlow Lite, as built into tfjs-tflite, computes something else than LiteRT and the reference. */
export interface KnownDifference {
  readonly types: readonly ChainType[];
  readonly applies: (op: Op, graph: Graph) => boolean;
  /** In steps of the integer; floats may be anything. */
  readonly largest: number;
  readonly why: string;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    types: ["float32", "int8"],
    applies: skipsCells,
    largest: 255,
    why: "XNNPACK pads wrongly where a stride is larger than its filter and the padding is `same`; LiteRT too",
  },
  {
    types: ["int8"],
    applies: ({ kind }) => kind === "sum",
    largest: 255,
    why: "what is outside int8 wraps, and halves go away from zero; LiteRT limits and rounds to even, as we do",
  },
  {
    types: ["int8"],
    applies: ({ kind }) => kind === "mean",
    largest: 1,
    why: "halves go away from zero, or toward it where nothing is rescaled; LiteRT rounds to even, as we do",
  },
  {
    types: ["int8"],
    applies: isTransposedWithSeveralScales,
    largest: 1,
    why: "transposed convolutions with several scales are left to a kernel that rounds twice; LiteRT rounds once, as we do",
  },
];

function isTransposedWithSeveralScales(op: Op, graph: Graph): boolean {
  if (op.kind !== "transpose-conv") return false;
  const { quantization } = tensorOf(graph, op.inputs[1]);
  return quantization?.kind === "per-axis" && quantization.scales.length > 1;
}

function skipsCells(op: Op, graph: Graph): boolean {
  if (op.kind !== "conv-2d" && op.kind !== "depthwise-conv-2d") return false;
  const [, filterHeight = 1, filterWidth = 1] = tensorOf(graph, op.inputs[1]).shape;
  const { padding, strideHeight, strideWidth } = op.options;
  return padding === "same" && (strideHeight > filterHeight || strideWidth > filterWidth);
}
