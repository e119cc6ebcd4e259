import { matrixColumns } from "./matrix-columns";
import { matrixRows } from "./matrix-rows";

/**
 * y = clamp(bias + x * filter), images NHWC, filter [filterHeight, run, outChannels] with run =
 * filterWidth · inChannels.
 *
 * `x` is where the filter's first tap meets the first output pixel; images have a border of zeros as
 * wide as taps reach over the edge, so that no tap needs a check. Distances are in bytes: xBatch and
 * yBatch between images, xRow between the image rows that taps read, xStep and xStepRow between the
 * inputs of neighbouring outputs, yStep and yRow between these. outChannels is a multiple of 4.
 *
 * The gradient of a convolution's input is such a convolution too, over the flipped filter.
 */
export function convolution(
  x: usize,
  xBatch: usize,
  xRow: usize,
  xStepRow: usize,
  xStep: usize,
  filter: usize,
  bias: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  yStep: usize,
  count: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  run: i32,
  lo: f32,
  hi: f32,
): void {
  const filterRow = (<usize>outChannels) << 2;
  for (let image = 0; image < count; image++) {
    let from = x + image * xBatch;
    let to = y + image * yBatch;
    for (let row = 0; row < outHeight; row++) {
      matrixRows(
        to,
        yStep,
        bias,
        from,
        xStep,
        xRow,
        filter,
        filterRow,
        outWidth,
        outChannels,
        filterHeight,
        run,
        lo,
        hi,
      );
      from += xStepRow;
      to += yRow;
    }
  }
}

/** How the filter changes the loss. Operands as in `convolution`; dFilter is overwritten. */
export function convolutionFilterGradient(
  x: usize,
  xBatch: usize,
  xRow: usize,
  xStepRow: usize,
  xStep: usize,
  dz: usize,
  dzBatch: usize,
  dzRow: usize,
  dFilter: usize,
  count: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  filterHeight: i32,
  run: i32,
): void {
  const filterRow = (<usize>outChannels) << 2;
  for (let image = 0; image < count; image++) {
    for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
      matrixColumns(
        dFilter + tapRow * run * filterRow,
        filterRow,
        image > 0,
        x + image * xBatch + tapRow * xRow,
        xStep,
        xStepRow,
        dz + image * dzBatch,
        filterRow,
        dzRow,
        run,
        outChannels,
        outHeight,
        outWidth,
      );
    }
  }
}

/**
 * The filter that takes a gradient back to the inputs of one phase of the stride: taps firstY, firstY +
 * strideY, … in reverse order, likewise in x, and with its channels' roles exchanged.
 *
 * filter: [filterHeight, filterWidth, inChannels, outChannels] → flipped: [tapsY, tapsX, outChannels,
 * inChannels]
 */
export function flipFilter(
  filter: usize,
  filterWidth: i32,
  inChannels: i32,
  outChannels: i32,
  firstY: i32,
  strideY: i32,
  tapsY: i32,
  firstX: i32,
  strideX: i32,
  tapsX: i32,
  flipped: usize,
): void {
  const tapBytes = (inChannels * outChannels) << 2;
  for (let tapY = tapsY - 1; tapY >= 0; tapY--) {
    for (let tapX = tapsX - 1; tapX >= 0; tapX--) {
      const tap = (firstY + tapY * strideY) * filterWidth + firstX + tapX * strideX;
      const from = filter + tap * tapBytes;
      for (let outChannel = 0; outChannel < outChannels; outChannel++) {
        for (let inChannel = 0; inChannel < inChannels; inChannel++) {
          store<f32>(flipped, load<f32>(from + ((inChannel * outChannels + outChannel) << 2)));
          flipped += 4;
        }
      }
    }
  }
}
