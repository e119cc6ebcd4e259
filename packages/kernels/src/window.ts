import { type Padding, paddingBefore, type Shape } from "@smidgen/graph";
import { furthestAhead, furthestAheadAlong } from "./furthest-ahead.ts";

/** Where a filter or pool reads while it slides over an image. Sizes in cells. */
export type WindowParams = {
  readonly batches: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly inputChannels: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly outputChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly paddingTop: number;
  readonly paddingLeft: number;
};

/** The same where the cells of a filter touch. */
export type UndilatedWindow = Omit<WindowParams, "dilationHeight" | "dilationWidth">;

/** input [batch, height, width, channels], output [batch, outHeight, outWidth, outChannels] */
export function windowParams(
  input: Shape,
  output: Shape,
  filter: { readonly height: number; readonly width: number },
  options: {
    readonly padding: Padding;
    readonly strideHeight: number;
    readonly strideWidth: number;
    readonly dilationHeight?: number;
    readonly dilationWidth?: number;
  },
): WindowParams {
  const [batches, inputHeight, inputWidth, inputChannels] = input as Shape4d;
  const [, outputHeight, outputWidth, outputChannels] = output as Shape4d;
  const { padding, strideHeight, strideWidth, dilationHeight = 1, dilationWidth = 1 } = options;
  return {
    batches,
    inputHeight,
    inputWidth,
    inputChannels,
    outputHeight,
    outputWidth,
    outputChannels,
    filterHeight: filter.height,
    filterWidth: filter.width,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    paddingTop: paddingBefore({
      input: inputHeight,
      filter: filter.height,
      stride: strideHeight,
      dilation: dilationHeight,
      padding,
    }),
    paddingLeft: paddingBefore({
      input: inputWidth,
      filter: filter.width,
      stride: strideWidth,
      dilation: dilationWidth,
      padding,
    }),
  };
}

type Shape4d = readonly [number, number, number, number];

/**
 * Where a window's elements are in the image, from its first cell on: those of `depth` channels of each cell, row by row.
 * [filterHeight, filterWidth, depth]
 */
export function windowTaps(window: WindowParams, depth: number): Int32Array {
  const { inputWidth, inputChannels, filterHeight, filterWidth } = window;
  const { dilationHeight, dilationWidth } = window;
  return Int32Array.from({ length: filterHeight * filterWidth * depth }, (_, tap) => {
    const cell = Math.floor(tap / depth);
    const y = Math.floor(cell / filterWidth) * dilationHeight;
    const x = (cell % filterWidth) * dilationWidth;
    return (y * inputWidth + x) * inputChannels + (tap % depth);
  });
}

/**
 * What is computed at `count` places of the window side by side, for all output channels.
 *
 * Of the filter, rows `top` to below `bottom` and columns `left` to below `right` lie inside the image; the
 * others are padding. At the first place, cell (y, x) of the filter is over the input elements that begin at
 * `origin + (y × dilationHeight × inputWidth + x × dilationWidth) × inputChannels`; the next place is
 * `strideWidth × inputChannels` elements further.
 * Results go to `outputStart` and the elements behind it, `outputChannels` for each place.
 */
export type AlongRow<P, Input, Output> = (
  params: P,
  input: Input,
  output: Output,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
  count: number,
) => void;

/** The same for one place. */
export type AtWindow<P, Input, Output> = (
  params: P,
  input: Input,
  output: Output,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
) => void;

/**
 * `Σ filter · (input + inputOffset)` for one output channel at one place of the window, which lies as `AtWindow` has it.
 *
 * A double holds the sum of up to 2³⁰ products of int16 and int8 exactly.
 */
export type WindowSum<P, Input> = (
  params: P,
  input: Input,
  inputOffset: number,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  channel: number,
) => number;

/**
 * Slides over the image, row by row. Places where the whole width of the filter lies inside the image are given to the
 * loop together, so that it gets what it needs ready once for all of them.
 *
 * C twins have this loop in them; what it asks of the border is in window.h.
 */
export function forEachWindow<P extends WindowParams, Input, Output>(
  row: AlongRow<P, Input, Output>,
  params: P,
  input: Input,
  output: Output,
): void {
  const { batches, inputHeight, inputWidth, inputChannels } = params;
  const { outputHeight, outputWidth, outputChannels, filterHeight, filterWidth } = params;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = params;
  const { paddingTop, paddingLeft } = params;
  const firstWhole = Math.ceil(paddingLeft / strideWidth);
  const room = inputWidth - (filterWidth - 1) * dilationWidth - 1 + paddingLeft;
  const endWhole = Math.min(outputWidth, Math.floor(room / strideWidth) + 1);
  let outputStart = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let outY = 0; outY < outputHeight; outY++) {
      const y = outY * strideHeight - paddingTop;
      const top = firstInside(y, dilationHeight);
      const bottom = endInside(y, dilationHeight, inputHeight, filterHeight);
      for (let outX = 0; outX < outputWidth;) {
        const x = outX * strideWidth - paddingLeft;
        const left = firstInside(x, dilationWidth);
        const right = endInside(x, dilationWidth, inputWidth, filterWidth);
        const origin = ((batch * inputHeight + y) * inputWidth + x) * inputChannels;
        const count = outX === firstWhole && outX < endWhole ? endWhole - outX : 1;
        row(params, input, output, origin, top, bottom, left, right, outputStart, count);
        outX += count;
        outputStart += count * outputChannels;
      }
    }
  }
}

/** A loop for one place, where getting ready takes nothing worth sharing. */
export function alongRow<P extends WindowParams, Input, Output>(
  atWindow: AtWindow<P, Input, Output>,
): AlongRow<P, Input, Output> {
  return (params, input, output, origin, top, bottom, left, right, outputStart, count) => {
    const { strideWidth, inputChannels, outputChannels } = params;
    for (let i = 0; i < count; i++) {
      const start = origin + i * strideWidth * inputChannels;
      const to = outputStart + i * outputChannels;
      atWindow(params, input, output, start, top, bottom, left, right, to);
    }
  };
}

/**
 * What is computed along a row, as `AlongRow`, by a loop over `windowTaps`.
 *
 * The cells that lie inside the image are `runs` runs of `runCells`, the first at cell `firstCell` of the filter and each a row of
 * the filter behind the one before it. Where the whole width of the filter is inside, all are one run.
 */
export type AlongRuns<P, Input, Output> = (
  params: P,
  input: Input,
  output: Output,
  origin: number,
  firstCell: number,
  runs: number,
  runCells: number,
  outputStart: number,
  count: number,
) => void;

export function inRuns<P extends WindowParams, Input, Output>(
  alongRuns: AlongRuns<P, Input, Output>,
): AlongRow<P, Input, Output> {
  return (params, input, output, origin, top, bottom, left, right, outputStart, count) => {
    const { filterWidth } = params;
    const isWhole = right - left === filterWidth;
    const runs = isWhole ? 1 : bottom - top;
    const runCells = isWhole ? (bottom - top) * filterWidth : right - left;
    const firstCell = top * filterWidth + left;
    alongRuns(params, input, output, origin, firstCell, runs, runCells, outputStart, count);
  };
}

/**
 * For loops that go along the whole row with some channels before they come to others: where input and output share memory,
 * they would write to places that the others are still to read.
 */
export function placeByPlace<P extends WindowParams, Input, Output>(
  row: AlongRow<P, Input, Output>,
): AlongRow<P, Input, Output> {
  return alongRow((params, input, output, origin, top, bottom, left, right, outputStart) =>
    row(params, input, output, origin, top, bottom, left, right, outputStart, 1),
  );
}

/** First filter row or column that is not before the image, if the filter begins at `start`. */
function firstInside(start: number, dilation: number): number {
  return start < 0 ? ((dilation - 1 - start) / dilation) | 0 : 0;
}

/** One past the last filter row or column that is not behind the image. */
function endInside(start: number, dilation: number, inputSize: number, filterSize: number): number {
  const end = ((inputSize - start + dilation - 1) / dilation) | 0;
  return end < filterSize ? end : filterSize;
}

/**
 * By how many elements writing is ahead of reading at most, if all channels of an output cell see the same input:
 * each may read the whole window, after those before it were written.
 */
export function windowsAhead(params: WindowParams): number {
  return cellsAhead(params) + params.outputChannels - 1;
}

/** The same if channels are read in their order too: channel c of the output sees channel ⌊c / multiplier⌋ alone. */
export function channelsAhead(params: WindowParams): number {
  return cellsAhead(params) + params.outputChannels - params.inputChannels;
}

/** The same from cell to cell: how much is written before a cell, less where its window begins inside the image. */
function cellsAhead(params: WindowParams): number {
  const { batches, inputHeight, inputWidth, inputChannels } = params;
  const { outputHeight, outputWidth, outputChannels, filterHeight, filterWidth } = params;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = params;
  const { paddingTop, paddingLeft } = params;
  const firstRows = Array.from({ length: outputHeight }, (_, outY) => {
    const y = outY * strideHeight - paddingTop;
    return firstInImage(y, dilationHeight, inputHeight, filterHeight);
  });
  const firstColumns = Array.from({ length: outputWidth }, (_, outX) => {
    const x = outX * strideWidth - paddingLeft;
    return firstInImage(x, dilationWidth, inputWidth, filterWidth);
  });
  const row = { written: outputWidth * outputChannels, read: inputWidth * inputChannels };
  return Math.max(
    0,
    furthestAhead([
      { count: batches, written: outputHeight * row.written, read: inputHeight * row.read },
    ]) +
      furthestAheadAlong(firstRows, row) +
      furthestAheadAlong(firstColumns, { written: outputChannels, read: inputChannels }),
  );
}

/** The first row or column of the image that is read; none if the window lies outside. */
function firstInImage(
  start: number,
  dilation: number,
  inputSize: number,
  filterSize: number,
): number | undefined {
  const first = firstInside(start, dilation);
  const isOutside = first >= endInside(start, dilation, inputSize, filterSize);
  return isOutside ? undefined : start + first * dilation;
}
