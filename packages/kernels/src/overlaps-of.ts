import {
  byteCount,
  elementCount,
  type Graph,
  type OpKind,
  type PerOp,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { type BroadcastParams, rowsAhead } from "./broadcast.ts";
import { inputsAhead, type InterleaveParams } from "./concatenation/interleave.ts";
import type { FullyConnectedGeometry } from "./fully-connected/fully-connected.ts";
import { furthestAhead, furthestAheadAlong } from "./furthest-ahead.ts";
import { padAhead } from "./pad/pad-with.ts";
import type { BilinearGeometry } from "./resize-bilinear/bilinear-step.ts";
import type { ResizeNearestParams } from "./resize-nearest-neighbor/resize-nearest-neighbor.ts";
import { type DealParams, outputsAhead } from "./split/deal.ts";
import type { Overlap, Step } from "./step.ts";
import { copyAhead } from "./strided-copy.ts";
import { outputCellsAhead } from "./transpose-conv/transpose-conv.ts";
import { channelsAhead, windowsAhead } from "./window.ts";

/**
 * Which inputs the outputs of an operator may share memory with, if nobody needs them afterwards, and how.
 *
 * A distance is the most, over all reads, of how much of the output is written before the read, less where the read
 * lies. It holds for any loop that writes the output from begin to end, and when it writes an element has read
 *
 * - of operators on elements: all of the elements of that position;
 * - of rows (softmax): the same, though it may have read the row before;
 * - of windows (convolution) and fully-connected rows: all that elements of earlier cells see; what its own cell sees
 *   it reads once more, up to the last channel;
 * - of windows of one channel (pooling, depthwise convolution): all that this and earlier elements see;
 * - of what only moves: all that was moved to this and earlier elements. Runs that overlap need `memmove`.
 *
 * To read earlier or to write later, as with a buffer for some rows, does no harm. To read again later, or to write a
 * first result and improve it, does.
 *
 * Profiles of rounding differ only where they read other cells: in bilinear resizing.
 */
export function overlapsOf(kind: OpKind, step: Step, graph: Graph): readonly Overlap[] {
  return rules[kind](step, graph);
}

type Rule = (step: Step, graph: Graph) => readonly Overlap[];

const never: Rule = () => [];

/** Each element of the first operand alone, or of it alone after its row was looked at. */
const elementByElement: Rule = (step, graph) => {
  const [input, output] = pairOf(step);
  const count = elementCount(tensorOf(graph, output).shape);
  const [read, written] = [elementBytes(graph, input), elementBytes(graph, output)];
  return [{ input, output, distanceBytes: furthestAhead([{ count, written, read }]) }];
};

const eachOperand: Rule = (step, graph) => {
  const { reads, params } = step;
  const [, output] = pairOf(step);
  const { aSteps, bSteps } = params as BroadcastParams;
  return reads.flatMap((input, i) => {
    const bytes = elementBytes(graph, input);
    if (bytes !== elementBytes(graph, output)) return [];
    const elements = rowsAhead(params as BroadcastParams, i === 0 ? aSteps : bSteps);
    return [{ input, output, distanceBytes: elements * bytes }];
  });
};

const copies = firstInput(copyAhead, "bytes");
const pads = firstInput(padAhead, "bytes");

const interleaves: Rule = (step) => {
  const [, output] = pairOf(step);
  return inputsAhead(step.params as InterleaveParams).map((distanceBytes, i) => ({
    input: step.reads[i] as TensorId,
    output,
    distanceBytes,
  }));
};

const deals: Rule = (step) => {
  const [input] = pairOf(step);
  return outputsAhead(step.params as DealParams).map((distanceBytes, i) => ({
    input,
    output: step.writes[i] as TensorId,
    distanceBytes,
  }));
};

const rules: PerOp<Rule> = {
  add: eachOperand,
  "arg-max": never,
  "average-pool-2d": firstInput(channelsAhead, "elements"),
  cast: elementByElement,
  concatenation: interleaves,
  "conv-2d": firstInput(windowsAhead, "elements"),
  "depthwise-conv-2d": firstInput(channelsAhead, "elements"),
  dequantize: elementByElement,
  elu: elementByElement,
  "embedding-lookup": never,
  "expand-dims": elementByElement,
  "fully-connected": firstInput(
    ({ batches, depth, units }: FullyConnectedGeometry) =>
      furthestAhead([{ count: batches, written: units, read: depth }]) + units - 1,
    "elements",
  ),
  gather: never,
  "hard-swish": elementByElement,
  "l2-normalization": elementByElement,
  "leaky-relu": elementByElement,
  "log-softmax": elementByElement,
  logistic: elementByElement,
  "max-pool-2d": firstInput(channelsAhead, "elements"),
  maximum: eachOperand,
  mean: never,
  minimum: eachOperand,
  mul: eachOperand,
  pack: interleaves,
  pad: pads,
  "pad-v2": pads,
  prelu: eachOperand,
  quantize: elementByElement,
  "reduce-max": never,
  relu: elementByElement,
  relu6: elementByElement,
  reshape: elementByElement,
  "resize-bilinear": firstInput(
    ({ top, left, channels, ...size }: BilinearGeometry) =>
      resizedAhead({ ...size, rows: top, columns: left }) * channels,
    "elements",
  ),
  "resize-nearest-neighbor": firstInput(
    ({ cellBytes, ...params }: ResizeNearestParams) => resizedAhead(params) * cellBytes,
    "bytes",
  ),
  slice: copies,
  softmax: elementByElement,
  split: deals,
  squeeze: elementByElement,
  "strided-slice": copies,
  sub: eachOperand,
  sum: never,
  svdf: never,
  tanh: elementByElement,
  transpose: copies,
  "transpose-conv": firstInput(outputCellsAhead, "elements"),
  "unidirectional-sequence-lstm": never,
  unpack: deals,
};

/** The first operand that the loop reads; a distance in elements needs both to have elements of the same size. */
function firstInput(
  // Which params a loop has follows from the kind of operator.
  distanceOf: (params: never) => number,
  unit: "elements" | "bytes",
): Rule {
  return (step, graph) => {
    const [input, output] = pairOf(step);
    const bytes = elementBytes(graph, input);
    if (bytes !== elementBytes(graph, output)) return [];
    const distance = distanceOf(step.params as never);
    return [{ input, output, distanceBytes: unit === "bytes" ? distance : distance * bytes }];
  };
}

/** By how many cells writing a resized image is ahead of reading at most. */
function resizedAhead(params: {
  readonly batches: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** The first input row that each output row is made of. */
  readonly rows: Int32Array; // [outputHeight]
  readonly columns: Int32Array; // [outputWidth]
}): number {
  const { batches, inputHeight, inputWidth, outputHeight, outputWidth, rows, columns } = params;
  const image = { written: outputHeight * outputWidth, read: inputHeight * inputWidth };
  return (
    furthestAhead([{ count: batches, ...image }]) +
    furthestAheadAlong(rows, { written: outputWidth, read: inputWidth }) +
    furthestAheadAlong(columns, { written: 1, read: 1 })
  );
}

function pairOf({ reads, writes }: Step): readonly [input: TensorId, output: TensorId] {
  return [reads[0] as TensorId, writes[0] as TensorId];
}

function elementBytes(graph: Graph, id: TensorId): number {
  return byteCount({ type: tensorOf(graph, id).type, shape: [] });
}
