export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Where in the image the output's pixel (0, 0) comes from, and how that moves with its column x and row y. In pixels. */
export interface Affine {
  readonly x: number;
  readonly y: number;
  readonly xByX: number;
  readonly xByY: number;
  readonly yByX: number;
  readonly yByY: number;
}

/**
 * output(x, y) = image(affine(x, y)), between pixels bilinearly, in integers: places to 1/65536 of a pixel, shares
 * of the four pixels around to 1/256.
 *
 * @param isNearest what is outside the image: its nearest pixel, otherwise 0
 */
export function affineWarp(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  size: ImageSize,
  affine: Affine,
  isNearest: boolean,
): void {
  const { height, width, channels } = size;
  const stepX = fixed(affine.xByX);
  const stepY = fixed(affine.yByX);
  for (let row = 0; row < height; row++) {
    const startX = fixed(affine.x + affine.xByY * row);
    const startY = fixed(affine.y + affine.yByY * row);
    const rowStart = toStart + row * width * channels;
    // the columns whose four pixels are all in the image need no look at its edges
    const first = Math.max(
      firstWithin(startX, stepX, width, width),
      firstWithin(startY, stepY, height, width),
    );
    const last = Math.max(
      first,
      Math.min(endWithin(startX, stepX, width, width), endWithin(startY, stepY, height, width)),
    );
    for (let column = 0; column < width; column++) {
      if (column === first) column = last;
      if (column === width) break;
      const x = (startX + column * stepX) | 0;
      const y = (startY + column * stepY) | 0;
      samplePixel(from, fromStart, to, rowStart + column * channels, size, x, y, isNearest);
    }
    let at = rowStart + first * channels;
    let x = (startX + first * stepX) | 0;
    let y = (startY + first * stepY) | 0;
    for (let column = first; column < last; column++) {
      const corner = fromStart + ((y >> 16) * width + (x >> 16)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        to[at++] = between(from, corner + channel, channels, width * channels, x, y);
      }
      x = (x + stepX) | 0;
      y = (y + stepY) | 0;
    }
  }
}

/** The first of `columns` whose place is from 0 up to the last pixel of `size` but one. */
function firstWithin(start: number, step: number, size: number, columns: number): number {
  const end = (size - 1) * 65_536 - 1;
  if (step === 0) return start >= 0 && start <= end ? 0 : columns;
  const column = Math.ceil(step > 0 ? -start / step : (start - end) / -step);
  return Math.min(Math.max(column, 0), columns) | 0;
}

/** One more than the last such column. */
function endWithin(start: number, step: number, size: number, columns: number): number {
  const end = (size - 1) * 65_536 - 1;
  if (step === 0) return start >= 0 && start <= end ? columns : 0;
  const column = Math.floor(step > 0 ? (end - start) / step : start / -step) + 1;
  return Math.min(Math.max(column, 0), columns) | 0;
}

/** The value at (x, y) of the channel whose pixel up left is at `corner`. */
function between(
  from: Uint8Array,
  corner: number,
  pixelStep: number,
  rowStep: number,
  x: number,
  y: number,
): number {
  const right = (x >> 8) & 255;
  const below = (y >> 8) & 255;
  const lowerCorner = corner + rowStep;
  const upper = from[corner]! * (256 - right) + from[corner + pixelStep]! * right;
  const lower = from[lowerCorner]! * (256 - right) + from[lowerCorner + pixelStep]! * right;
  return (upper * (256 - below) + lower * below + 32_768) >> 16;
}

/**
 * Likewise, every place moved on.
 *
 * bends: [2, height, width], in 1/65536 of a pixel: of x, then of y
 */
export function bentWarp(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  size: ImageSize,
  affine: Affine,
  bends: Int32Array,
  isNearest: boolean,
): void {
  const { height, width, channels } = size;
  const stepX = fixed(affine.xByX);
  const stepY = fixed(affine.yByX);
  const pixels = height * width;
  for (let row = 0; row < height; row++) {
    const startX = fixed(affine.x + affine.xByY * row);
    const startY = fixed(affine.y + affine.yByY * row);
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      const x = (startX + column * stepX + bends[pixel]!) | 0;
      const y = (startY + column * stepY + bends[pixels + pixel]!) | 0;
      const at = toStart + pixel * channels;
      const left = x >> 16;
      const top = y >> 16;
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) {
        samplePixel(from, fromStart, to, at, size, x, y, isNearest);
        continue;
      }
      const corner = fromStart + (top * width + left) * channels;
      for (let channel = 0; channel < channels; channel++) {
        to[at + channel] = between(from, corner + channel, channels, width * channels, x, y);
      }
    }
  }
}

function samplePixel(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  { height, width, channels }: ImageSize,
  x: number,
  y: number,
  isNearest: boolean,
): void {
  let left = x >> 16;
  let top = y >> 16;
  if (!isNearest && (left < -1 || top < -1 || left >= width || top >= height)) {
    for (let channel = 0; channel < channels; channel++) to[toStart + channel] = 0;
    return;
  }
  const right = (x >> 8) & 255;
  const below = (y >> 8) & 255;
  let shares00 = (256 - right) * (256 - below);
  let shares01 = right * (256 - below);
  let shares10 = (256 - right) * below;
  let shares11 = right * below;
  let next = left + 1;
  let under = top + 1;
  if (isNearest) {
    left = clamp(left, width - 1);
    next = clamp(next, width - 1);
    top = clamp(top, height - 1);
    under = clamp(under, height - 1);
  } else {
    if (left < 0) {
      left = 0;
      shares00 = shares10 = 0;
    }
    if (next >= width) {
      next = 0;
      shares01 = shares11 = 0;
    }
    if (top < 0) {
      top = 0;
      shares00 = shares01 = 0;
    }
    if (under >= height) {
      under = 0;
      shares10 = shares11 = 0;
    }
  }
  const upper = fromStart + top * width * channels;
  const lower = fromStart + under * width * channels;
  for (let channel = 0; channel < channels; channel++) {
    const sum =
      from[upper + left * channels + channel]! * shares00 +
      from[upper + next * channels + channel]! * shares01 +
      from[lower + left * channels + channel]! * shares10 +
      from[lower + next * channels + channel]! * shares11;
    to[toStart + channel] = (sum + 32_768) >> 16;
  }
}

function clamp(value: number, most: number): number {
  return value < 0 ? 0 : value > most ? most : value;
}

/** In 1/65536, the nearest. */
function fixed(pixels: number): number {
  return Math.round(pixels * 65_536) | 0;
}
