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
  let at = toStart;
  for (let row = 0; row < height; row++) {
    let x = fixed(affine.x + affine.xByY * row);
    let y = fixed(affine.y + affine.yByY * row);
    for (let column = 0; column < width; column++) {
      const left = x >> 16;
      const top = y >> 16;
      if (channels === 1 && left >= 0 && top >= 0 && left < width - 1 && top < height - 1) {
        const corner = fromStart + top * width + left;
        const right = (x >> 8) & 255;
        const below = (y >> 8) & 255;
        const upper = from[corner]! * (256 - right) + from[corner + 1]! * right;
        const lower = from[corner + width]! * (256 - right) + from[corner + width + 1]! * right;
        to[at] = (upper * (256 - below) + lower * below + 32_768) >> 16;
      } else {
        samplePixel(from, fromStart, to, at, size, x, y, isNearest);
      }
      at += channels;
      x += stepX;
      y += stepY;
    }
  }
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
      const x = startX + column * stepX + bends[pixel]!;
      const y = startY + column * stepY + bends[pixels + pixel]!;
      samplePixel(from, fromStart, to, toStart + pixel * channels, size, x, y, isNearest);
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
  return Math.round(pixels * 65_536);
}
