import { type Graph, type OpOf, paddingBefore, type Shape, tensorOf } from "@smidgen/graph";
import { type FilterLayer, filterOperands } from "../filter-operands.ts";
import { furthestAhead, furthestAheadAlong } from "../furthest-ahead.ts";
import type { UndilatedWindow } from "../window.ts";

/**
 * input [batches, inputHeight, inputWidth, inputChannels], filter [outputChannels, filterHeight, filterWidth,
 * inputChannels] → output [batches, outputHeight, outputWidth, outputChannels]
 *
 * Padding is what the convolution that goes back, from output to input, would have.
 */
export type TransposeConvGeometry = UndilatedWindow;

function transposeConvGeometry(op: OpOf<"transpose-conv">, graph: Graph): TransposeConvGeometry {
  const [, filterId, inputId] = op.inputs;
  const shapeOf = (id: typeof inputId) => tensorOf(graph, id).shape as Shape4d;
  const [batches, inputHeight, inputWidth, inputChannels] = shapeOf(inputId);
  const [, outputHeight, outputWidth, outputChannels] = shapeOf(op.outputs[0]);
  const [, filterHeight, filterWidth] = shapeOf(filterId);
  const { padding, strideHeight, strideWidth } = op.options;
  const before = (input: number, filter: number, stride: number) =>
    paddingBefore({ input, filter, stride, dilation: 1, padding });
  return {
    batches,
    inputHeight,
    inputWidth,
    inputChannels,
    outputHeight,
    outputWidth,
    outputChannels,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    paddingTop: before(outputHeight, filterHeight, strideHeight),
    paddingLeft: before(outputWidth, filterWidth, strideWidth),
  };
}

export function transposeConvLayer(
  op: OpOf<"transpose-conv">,
  graph: Graph,
): FilterLayer<TransposeConvGeometry> {
  const [, filter, input, bias] = op.inputs;
  const geometry = transposeConvGeometry(op, graph);
  return {
    geometry,
    operands: filterOperands(op, [input, filter, bias], {
      channels: geometry.outputChannels,
      channelAxis: 0,
    }),
  };
}

type Shape4d = Shape & readonly [number, number, number, number];

/**
 * What is computed at one place of the output, for all its channels.
 *
 * Input rows `top` to below `bottom` and columns `left` to below `right` reach it: cell (y, x) of them, the one that
 * begins at `inputStart + (y × inputWidth + x) × inputChannels`, through row `filterY − y × strideHeight` and column
 * `filterX − x × strideWidth` of the filter. Results go to `outputStart` and the elements behind it.
 */
export type AtOutputCell<P, Input, Output> = (
  params: P,
  input: Input,
  output: Output,
  inputStart: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  filterY: number,
  filterX: number,
  outputStart: number,
) => void;

/**
 * Goes over the output, row by row, and asks which input reaches each cell; the reference goes over the input and adds
 * to an output that it needs 32 bits for. The order of the sums is the same.
 *
 * C twin: transpose-conv.h.
 */
export function forEachOutputCell<P extends TransposeConvGeometry, Input, Output>(
  atOutputCell: AtOutputCell<P, Input, Output>,
  params: P,
  input: Input,
  output: Output,
): void {
  const { batches, inputHeight, inputWidth, inputChannels } = params;
  const { outputHeight, outputWidth, outputChannels, filterHeight, filterWidth } = params;
  const { strideHeight, strideWidth, paddingTop, paddingLeft } = params;
  let outputStart = 0;
  for (let batch = 0; batch < batches; batch++) {
    const inputStart = batch * inputHeight * inputWidth * inputChannels;
    for (let outY = 0; outY < outputHeight; outY++) {
      const filterY = outY + paddingTop;
      const top = firstReaching(filterY, filterHeight, strideHeight);
      const bottom = endReaching(filterY, strideHeight, inputHeight);
      for (let outX = 0; outX < outputWidth; outX++) {
        const filterX = outX + paddingLeft;
        const left = firstReaching(filterX, filterWidth, strideWidth);
        const right = endReaching(filterX, strideWidth, inputWidth);
        atOutputCell(
          params,
          input,
          output,
          inputStart,
          top,
          bottom,
          left,
          right,
          filterY,
          filterX,
          outputStart,
        );
        outputStart += outputChannels;
      }
    }
  }
}

/** First input row or column whose copy of the filter does not end before the place. */
function firstReaching(place: number, filterSize: number, stride: number): number {
  return place < filterSize ? 0 : ((place - filterSize + stride) / stride) | 0;
}

/** One past the last input row or column whose copy of the filter does not begin behind the place. */
function endReaching(place: number, stride: number, inputSize: number): number {
  const end = ((place / stride) | 0) + 1;
  return end < inputSize ? end : inputSize;
}

/**
 * By how many elements writing is ahead of reading at most: each channel of a cell may read all that reaches it, after
 * the channels before it were written.
 */
export function outputCellsAhead(params: TransposeConvGeometry): number {
  const { batches, inputHeight, inputWidth, inputChannels } = params;
  const { outputHeight, outputWidth, outputChannels, filterHeight, filterWidth } = params;
  const { strideHeight, strideWidth, paddingTop, paddingLeft } = params;
  const firsts = (
    outputSize: number,
    padding: number,
    filterSize: number,
    stride: number,
    inputSize: number,
  ) =>
    Array.from({ length: outputSize }, (_, cell) => {
      const first = firstReaching(cell + padding, filterSize, stride);
      return first < endReaching(cell + padding, stride, inputSize) ? first : undefined;
    });
  const rows = firsts(outputHeight, paddingTop, filterHeight, strideHeight, inputHeight);
  const columns = firsts(outputWidth, paddingLeft, filterWidth, strideWidth, inputWidth);
  const row = { written: outputWidth * outputChannels, read: inputWidth * inputChannels };
  const image = { written: outputHeight * row.written, read: inputHeight * row.read };
  const cells =
    furthestAhead([{ count: batches, ...image }]) +
    furthestAheadAlong(rows, row) +
    furthestAheadAlong(columns, { written: outputChannels, read: inputChannels });
  return Math.max(0, cells) + outputChannels - 1;
}
