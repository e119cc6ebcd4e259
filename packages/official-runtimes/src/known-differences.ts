import { type ElementType, type Graph, type Op, tensorOf } from "@smidgen/graph";

/** What an official runtime is known to compute otherwise than our profile `single`. */
export interface KnownDifference {
  /** How far it is off at most, in steps of the integer; of floats nothing is said. */
  readonly largest: number;
  /** Its property, as the rest of a sentence that begins with the runtime's name. */
  readonly why: string;
}

export type OfficialRuntimeName = "TensorFlow Lite" | "LiteRT";

interface Property extends KnownDifference {
  readonly runtimes: readonly OfficialRuntimeName[];
  readonly types: readonly ElementType[];
  readonly applies: (op: Op, graph: Graph) => boolean;
}

/**
 * Why a runtime computes something else than our profile `single` for this operator; `undefined` where it should not.
 *
 * Each was found by running both; `docs/numerics.md` has what is computed instead.
 */
export function knownDifference(
  runtime: OfficialRuntimeName,
  op: Op,
  graph: Graph,
): KnownDifference | undefined {
  const { type } = tensorOf(graph, op.outputs[0]);
  return properties.find(
    ({ runtimes, types, applies }) =>
      runtimes.includes(runtime) && types.includes(type) && applies(op, graph),
  );
}

const properties: readonly Property[] = [
  {
    runtimes: ["TensorFlow Lite", "LiteRT"],
    types: ["float32", "int8"],
    applies: skipsCells,
    largest: 255,
    why: "pads wrongly where a stride is larger than its filter and the padding is `same` (XNNPACK)",
  },
  {
    runtimes: ["TensorFlow Lite"],
    types: ["int8"],
    applies: ({ kind }) => kind === "sum",
    largest: 255,
    why: "lets a sum outside int8 wrap and rounds halves away from zero; LiteRT limits and rounds to even, as we do",
  },
  {
    runtimes: ["TensorFlow Lite"],
    types: ["int8"],
    applies: ({ kind }) => kind === "mean",
    largest: 1,
    why: "rounds halves away from zero, or toward it where nothing is rescaled; LiteRT rounds to even, as we do",
  },
  {
    runtimes: ["TensorFlow Lite"],
    types: ["int8"],
    applies: isTransposedWithSeveralScales,
    largest: 1,
    why: "leaves transposed convolutions with several scales to a kernel that rounds twice; LiteRT rounds once, as we do",
  },
  {
    runtimes: ["TensorFlow Lite"],
    types: ["float32"],
    applies: isHybrid,
    largest: 255,
    why: "quantizes the inputs of such layers as our profile double does; LiteRT as we do here",
  },
  {
    runtimes: ["TensorFlow Lite"],
    types: ["int8"],
    applies: isLstmWithZeroPoint,
    largest: 255,
    // Pull request 56493 of tensorflow/tensorflow, September 2022. With the sign turned here too, every element is equal.
    why: "subtracts the zero point of an LSTM's output where it should add it; later versions add it",
  },
  {
    runtimes: ["TensorFlow Lite"],
    types: ["int8"],
    applies: hasStateOfBytes,
    largest: 255,
    why: "has no SVDF with a state of 8 bits and takes it for one of 16",
  },
];

function skipsCells(op: Op, graph: Graph): boolean {
  if (op.kind !== "conv-2d" && op.kind !== "depthwise-conv-2d") return false;
  const [, filterHeight = 1, filterWidth = 1] = tensorOf(graph, op.inputs[1]).shape;
  const { padding, strideHeight, strideWidth } = op.options;
  return padding === "same" && (strideHeight > filterHeight || strideWidth > filterWidth);
}

function isTransposedWithSeveralScales(op: Op, graph: Graph): boolean {
  if (op.kind !== "transpose-conv") return false;
  const { quantization } = tensorOf(graph, op.inputs[1]);
  return quantization?.kind === "per-axis" && quantization.scales.length > 1;
}

/** float32 with weights of int8. Depthwise convolutions are computed in one way everywhere. */
function isHybrid(op: Op, graph: Graph): boolean {
  return (
    (op.kind === "fully-connected" || op.kind === "conv-2d") &&
    tensorOf(graph, op.inputs[1]).type === "int8"
  );
}

function isLstmWithZeroPoint(op: Op, graph: Graph): boolean {
  if (op.kind !== "unidirectional-sequence-lstm") return false;
  const { quantization } = tensorOf(graph, op.outputs[0]);
  return quantization?.kind === "per-tensor" && quantization.zeroPoint !== 0;
}

function hasStateOfBytes(op: Op, graph: Graph): boolean {
  return (
    op.kind === "svdf" &&
    op.inputs.some((id) => {
      if (id === undefined) return false;
      const { type, isVariable } = tensorOf(graph, id);
      return isVariable && type === "int8";
    })
  );
}
