import type { ImageShape } from "./network.ts";

/**
 * The shape of a batch as the kernels see it: `channels` floats for each pixel, of which some may be
 * zeros that fill up to a multiple of 4, so that every loop runs over whole vectors.
 */
export interface TensorShape extends ImageShape {
  /** Which of the `channels` has channel c of the model: all of them, in order. */
  readonly channelPositions: Uint32Array;
}

/** A batch of images, or of vectors, which are images of one pixel. */
export interface Tensor extends TensorShape {
  readonly value: Placed;
  /** How each value changes the loss. Absent where nobody asks. */
  readonly gradient: Placed | undefined;
}

/** Where images lie: the first pixel of the first one, and from image to image and row to row, in bytes. */
export interface Placed {
  readonly at: number;
  readonly batchBytes: number;
  readonly rowBytes: number;
}

/** As the kernels take it. */
export function addresses({
  at,
  batchBytes,
  rowBytes,
}: Placed): [at: number, batchBytes: number, rowBytes: number] {
  return [at, batchBytes, rowBytes];
}

/** Pixels of zeros around an image, for the taps of a convolution that reach over its edge. */
export interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export const noBorder: Border = { top: 0, bottom: 0, left: 0, right: 0 };

/** Gives addresses in bytes, multiples of 64, of memory that is zero. */
export type Allocate = (bytes: number) => number;

/** Room for `count` images. */
export function place(
  allocate: Allocate,
  count: number,
  { height, width, channels }: ImageShape,
  border: Border = noBorder,
): Placed {
  const rowBytes = (border.left + width + border.right) * channels * 4;
  const batchBytes = upTo16((border.top + height + border.bottom) * rowBytes);
  const start = allocate(count * batchBytes);
  return { at: start + border.top * rowBytes + border.left * channels * 4, batchBytes, rowBytes };
}

/** Whether all images of a batch lie one after another without gaps. */
export function isPacked(placed: Placed, { height, width, channels }: ImageShape): boolean {
  const rowBytes = width * channels * 4;
  return placed.rowBytes === rowBytes && placed.batchBytes === height * rowBytes;
}

/** The multiple of 4 that has room for so many channels. */
export function padded(channels: number): number {
  return Math.ceil(channels / 4) * 4;
}

export function inOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

function upTo16(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}
