import { UserError } from "@smidgen/errors";
import {
  type ElementType,
  type Graph,
  type Op,
  type OpKind,
  type OpOf,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { addFloat32 } from "./add/float32.ts";
import { addIntegers } from "./add/integers.ts";
import { argMax } from "./arg-max/arg-max.ts";
import { averagePool2dFloat32 } from "./average-pool-2d/float32.ts";
import { averagePool2dIntegers } from "./average-pool-2d/integers.ts";
import { cast } from "./cast/cast.ts";
import { concatenation } from "./concatenation/concatenation.ts";
import { conv2dDynamic } from "./conv-2d/dynamic.ts";
import { conv2dFloat32 } from "./conv-2d/float32.ts";
import { conv2dInt16 } from "./conv-2d/int16.ts";
import { conv2dInt8 } from "./conv-2d/int8.ts";
import { depthwiseConv2dDynamic } from "./depthwise-conv-2d/dynamic.ts";
import { depthwiseConv2dFloat32 } from "./depthwise-conv-2d/float32.ts";
import { depthwiseConv2dInt16 } from "./depthwise-conv-2d/int16.ts";
import { depthwiseConv2dInt8 } from "./depthwise-conv-2d/int8.ts";
import { dequantize } from "./dequantize/dequantize.ts";
import { eluFloat32 } from "./elu/float32.ts";
import { eluInt8 } from "./elu/int8.ts";
import { embeddingLookup } from "./embedding-lookup/embedding-lookup.ts";
import { expandDims } from "./expand-dims/expand-dims.ts";
import { fullyConnectedDynamic } from "./fully-connected/dynamic.ts";
import { fullyConnectedFloat32 } from "./fully-connected/float32.ts";
import { fullyConnectedInt16 } from "./fully-connected/int16.ts";
import { fullyConnectedInt8 } from "./fully-connected/int8.ts";
import { gather } from "./gather/gather.ts";
import { hardSwishFloat32 } from "./hard-swish/float32.ts";
import { hardSwishInt8 } from "./hard-swish/int8.ts";
import { l2NormalizationFloat32 } from "./l2-normalization/float32.ts";
import { l2NormalizationInt8 } from "./l2-normalization/int8.ts";
import { leakyReluFloat32 } from "./leaky-relu/float32.ts";
import { leakyReluIntegers } from "./leaky-relu/integers.ts";
import { logSoftmaxFloat32 } from "./log-softmax/float32.ts";
import { logSoftmaxInt8 } from "./log-softmax/int8.ts";
import { logisticFloat32 } from "./logistic/float32.ts";
import { logisticInt16 } from "./logistic/int16.ts";
import { logisticInt8 } from "./logistic/int8.ts";
import { maxPool2dFloat32 } from "./max-pool-2d/float32.ts";
import { maxPool2dIntegers } from "./max-pool-2d/integers.ts";
import { maximum } from "./maximum/maximum.ts";
import { meanFloat32 } from "./mean/float32.ts";
import { meanIntegers } from "./mean/integers.ts";
import { minimum } from "./minimum/minimum.ts";
import { mulFloat32 } from "./mul/float32.ts";
import { mulIntegers } from "./mul/integers.ts";
import { overlapsOf } from "./overlaps-of.ts";
import { pack } from "./pack/pack.ts";
import { padV2 } from "./pad-v2/pad-v2.ts";
import { pad } from "./pad/pad.ts";
import { preluFloat32 } from "./prelu/float32.ts";
import { preluIntegers } from "./prelu/integers.ts";
import { quantizeFloat32 } from "./quantize/float32.ts";
import { requantize } from "./quantize/integers.ts";
import { reduceMax } from "./reduce-max/reduce-max.ts";
import { reluFloat32 } from "./relu/float32.ts";
import { reluInt16 } from "./relu/int16.ts";
import { reluInt8 } from "./relu/int8.ts";
import { relu6Float32 } from "./relu6/float32.ts";
import { relu6Int16 } from "./relu6/int16.ts";
import { relu6Int8 } from "./relu6/int8.ts";
import { unsupported } from "./requirements.ts";
import { reshape } from "./reshape/reshape.ts";
import { resizeBilinearFloat32 } from "./resize-bilinear/float32.ts";
import { resizeBilinearInt8 } from "./resize-bilinear/int8.ts";
import { resizeNearestNeighbor } from "./resize-nearest-neighbor/resize-nearest-neighbor.ts";
import { slice } from "./slice/slice.ts";
import { softmaxFloat32 } from "./softmax/float32.ts";
import { softmaxInt16 } from "./softmax/int16.ts";
import { softmaxInt8 } from "./softmax/int8.ts";
import { split } from "./split/split.ts";
import { squeeze } from "./squeeze/squeeze.ts";
import type { Numerics, PrepareStep, Step } from "./step.ts";
import { stridedSlice } from "./strided-slice/strided-slice.ts";
import { subFloat32 } from "./sub/float32.ts";
import { subIntegers } from "./sub/integers.ts";
import { sumFloat32 } from "./sum/float32.ts";
import { sumIntegers } from "./sum/integers.ts";
import { svdfFloat32 } from "./svdf/float32.ts";
import { svdfInt8 } from "./svdf/int8.ts";
import { tanhFloat32 } from "./tanh/float32.ts";
import { tanhInt16 } from "./tanh/int16.ts";
import { tanhInt8 } from "./tanh/int8.ts";
import { transposeConvFloat32 } from "./transpose-conv/float32.ts";
import { transposeConvInt16 } from "./transpose-conv/int16.ts";
import { transposeConvInt8 } from "./transpose-conv/int8.ts";
import { lstmFloat32 } from "./unidirectional-sequence-lstm/float32.ts";
import { lstmInt16 } from "./unidirectional-sequence-lstm/int16.ts";
import { lstmInt8 } from "./unidirectional-sequence-lstm/int8.ts";
import { transpose } from "./transpose/transpose.ts";
import { unpack } from "./unpack/unpack.ts";

/** What prepares an operator, by the element type of its first operand, or of the one in `decidingOperands`. */
type KernelsByType<O extends Op> = { readonly [T in ElementType]?: PrepareStep<O> };

const kernels: { readonly [K in OpKind]: KernelsByType<OpOf<K>> } = {
  add: { float32: addFloat32, int8: addIntegers, int16: addIntegers },
  "arg-max": { float32: argMax, int8: argMax },
  "average-pool-2d": {
    float32: averagePool2dFloat32,
    int8: averagePool2dIntegers,
    int16: averagePool2dIntegers,
  },
  cast: { float32: cast, int8: cast, int16: cast, int32: cast, bool: cast },
  concatenation: {
    float32: concatenation,
    int8: concatenation,
    int16: concatenation,
    int32: concatenation,
    int64: concatenation,
    bool: concatenation,
  },
  "conv-2d": {
    float32: byFilter(conv2dFloat32, conv2dDynamic),
    int8: conv2dInt8,
    int16: conv2dInt16,
  },
  "depthwise-conv-2d": {
    float32: byFilter(depthwiseConv2dFloat32, depthwiseConv2dDynamic),
    int8: depthwiseConv2dInt8,
    int16: depthwiseConv2dInt16,
  },
  dequantize: {
    float16: dequantize,
    int4: dequantize,
    int8: dequantize,
    uint8: dequantize,
    int16: dequantize,
  },
  elu: { float32: eluFloat32, int8: eluInt8 },
  "embedding-lookup": { float32: embeddingLookup, int8: embeddingLookup },
  "expand-dims": { float32: expandDims, int8: expandDims, int16: expandDims },
  "fully-connected": {
    float32: byFilter(fullyConnectedFloat32, fullyConnectedDynamic),
    int8: fullyConnectedInt8,
    int16: fullyConnectedInt16,
  },
  gather: { float32: gather, int8: gather },
  "hard-swish": { float32: hardSwishFloat32, int8: hardSwishInt8 },
  "l2-normalization": { float32: l2NormalizationFloat32, int8: l2NormalizationInt8 },
  "leaky-relu": { float32: leakyReluFloat32, int8: leakyReluIntegers, int16: leakyReluIntegers },
  "log-softmax": { float32: logSoftmaxFloat32, int8: logSoftmaxInt8 },
  logistic: { float32: logisticFloat32, int8: logisticInt8, int16: logisticInt16 },
  "max-pool-2d": { float32: maxPool2dFloat32, int8: maxPool2dIntegers, int16: maxPool2dIntegers },
  maximum: { float32: maximum, int8: maximum, int16: maximum, int32: maximum, int64: maximum },
  mean: { float32: meanFloat32, int8: meanIntegers, int16: meanIntegers },
  minimum: { float32: minimum, int8: minimum, int16: minimum, int32: minimum, int64: minimum },
  mul: { float32: mulFloat32, int8: mulIntegers, int16: mulIntegers },
  pack: { float32: pack, int8: pack, int16: pack, int32: pack, int64: pack },
  pad: { float32: pad, int8: pad, int16: pad, int32: pad },
  "pad-v2": { float32: padV2, int8: padV2, int16: padV2, int32: padV2 },
  prelu: { float32: preluFloat32, int8: preluIntegers, int16: preluIntegers },
  quantize: {
    float32: quantizeFloat32,
    int8: requantize,
    uint8: requantize,
    int16: requantize,
    int32: requantize,
  },
  "reduce-max": { float32: reduceMax, int8: reduceMax },
  relu: { float32: reluFloat32, int8: reluInt8, int16: reluInt16 },
  relu6: { float32: relu6Float32, int8: relu6Int8, int16: relu6Int16 },
  reshape: { float32: reshape, int8: reshape, uint8: reshape, int16: reshape, int32: reshape },
  "resize-bilinear": { float32: resizeBilinearFloat32, int8: resizeBilinearInt8 },
  "resize-nearest-neighbor": {
    float32: resizeNearestNeighbor,
    int8: resizeNearestNeighbor,
    int16: resizeNearestNeighbor,
  },
  slice: { float32: slice, int8: slice, int16: slice, int32: slice, bool: slice },
  softmax: { float32: softmaxFloat32, int8: softmaxInt8, int16: softmaxInt16 },
  split: { float32: split, int8: split, int16: split, int32: split },
  squeeze: {
    float32: squeeze,
    int8: squeeze,
    uint8: squeeze,
    int16: squeeze,
    int32: squeeze,
    int64: squeeze,
    bool: squeeze,
  },
  "strided-slice": {
    float32: stridedSlice,
    int8: stridedSlice,
    int16: stridedSlice,
    int32: stridedSlice,
    bool: stridedSlice,
  },
  sub: { float32: subFloat32, int8: subIntegers, int16: subIntegers },
  sum: { float32: sumFloat32, int8: sumIntegers, int16: sumIntegers },
  svdf: { float32: svdfFloat32, int8: svdfInt8 },
  tanh: { float32: tanhFloat32, int8: tanhInt8, int16: tanhInt16 },
  transpose: { float32: transpose, int8: transpose, int16: transpose },
  "transpose-conv": {
    float32: transposeConvFloat32,
    int8: transposeConvInt8,
    int16: transposeConvInt16,
  },
  "unidirectional-sequence-lstm": { float32: lstmFloat32, int8: lstmInt8, int16: lstmInt16 },
  unpack: { float32: unpack, int8: unpack, int16: unpack, int32: unpack },
};

/** Floats meet weights of float32, or of int8: then they are quantized while the operator runs. */
function byFilter<O extends OpOf<"conv-2d" | "depthwise-conv-2d" | "fully-connected">>(
  ofFloats: PrepareStep<O>,
  dynamic: PrepareStep<O>,
): PrepareStep<O> {
  return (op, graph, numerics) =>
    (tensorOf(graph, op.inputs[1]).type === "int8" ? dynamic : ofFloats)(op, graph, numerics);
}

/** Which operand decides on the kernel where the first one is an axis or positions. */
const decidingOperands: { readonly [K in OpKind]?: number } = {
  "embedding-lookup": 1,
  split: 1,
  "transpose-conv": 2,
};

/** An operator that no kernel computes, and why. */
export interface UnsupportedOperator {
  /** `operator 2 (conv-2d)` */
  readonly place: string;
  readonly text: string;
  readonly hint: string | undefined;
}

/**
 * Does everything about an operator that needs floats, once.
 *
 * The graph is one that `verifyGraph` accepts.
 *
 * @throws UserError `unsupported-operator`, naming the operator and what about it is not supported.
 */
export function prepareStep(op: Op, graph: Graph, numerics: Numerics): Step {
  const outcome = tryToPrepare(op, graph, numerics);
  if ("text" in outcome) throw refusal([outcome]);
  return outcome;
}

/**
 * The steps of a graph, in its order.
 *
 * @throws UserError `unsupported-operator`, listing every operator that is not supported.
 */
export function prepareSteps(graph: Graph, numerics: Numerics): readonly Step[] {
  const outcomes = graph.ops.map((op) => tryToPrepare(op, graph, numerics));
  const problems = outcomes.filter((outcome) => "text" in outcome);
  if (problems.length > 0) throw refusal(problems);
  return outcomes as readonly Step[];
}

/** Every operator that `prepareSteps` would refuse. */
export function findUnsupported(
  graph: Graph,
  numerics: Numerics = { rounding: "double" },
): readonly UnsupportedOperator[] {
  return graph.ops
    .map((op) => tryToPrepare(op, graph, numerics))
    .filter((outcome) => "text" in outcome);
}

function tryToPrepare(op: Op, graph: Graph, numerics: Numerics): Step | UnsupportedOperator {
  const byType = kernels[op.kind] as KernelsByType<Op>;
  const decidingOperand = op.inputs[decidingOperands[op.kind] ?? 0] as TensorId;
  const input = tensorOf(graph, decidingOperand);
  try {
    const prepare = byType[input.type];
    if (prepare !== undefined) {
      const step = prepare(op, graph, numerics);
      return { ...step, overlaps: overlapsOf(op.kind, step, graph) };
    }
    const types = Object.keys(byType);
    throw unsupported(
      types.length === 0
        ? "has no kernel"
        : `input "${input.name}" is ${input.type}; it must be ${types.join(" or ")}`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message: text, hint } = error;
    return { place: `operator ${graph.ops.indexOf(op)} (${op.kind})`, text, hint };
  }
}

function refusal(problems: readonly UnsupportedOperator[]): UserError {
  const lines = problems.map(({ place, text }) => `${place}: ${text}`);
  const hints = [...new Set(problems.flatMap(({ hint }) => hint ?? []))];
  return new UserError(
    "unsupported-operator",
    lines.length === 1
      ? (lines[0] as string)
      : `${lines.length} operators are not supported:\n${lines.map((line) => `- ${line}`).join("\n")}`,
    hints.length === 0 ? {} : { hint: hints.join(" ") },
  );
}
