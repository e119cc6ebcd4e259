/**
 * y = clamp(bias + x * filter), each channel with its own filter [filterHeight, filterWidth, channels].
 * Other operands as in `convolution`; xTap is the distance in bytes between neighbouring pixels.
 *
 * The gradient of the input is such a convolution too, over the flipped filter.
 */
export function depthwise(
  x: usize,
  xBatch: usize,
  xRow: usize,
  xTap: usize,
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
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
  lo: f32,
  hi: f32,
): void {
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  const isThree = filterHeight == 3 && filterWidth == 3;
  const filterTap = (<usize>channels) << 2;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < outHeight; row++) {
      const from = x + image * xBatch + row * xStepRow;
      const to = y + image * yBatch + row * yRow;
      for (let channel = 0; channel < channels; channel += 4) {
        const at = (<usize>channel) << 2;
        if (isThree) {
          row3x3(
            from + at,
            xRow,
            xTap,
            xStep,
            filter + at,
            filterTap,
            bias + at,
            to + at,
            yStep,
            outWidth,
            least,
            most,
          );
        } else {
          rowAny(
            from + at,
            xRow,
            xTap,
            xStep,
            filter + at,
            filterTap,
            bias + at,
            to + at,
            yStep,
            outWidth,
            filterHeight,
            filterWidth,
            least,
            most,
          );
        }
      }
    }
  }
}

function row3x3(
  x: usize,
  xRow: usize,
  xTap: usize,
  xStep: usize,
  filter: usize,
  filterTap: usize,
  bias: usize,
  y: usize,
  yStep: usize,
  width: i32,
  least: v128,
  most: v128,
): void {
  const initial = v128.load(bias);
  const f0 = v128.load(filter);
  const f1 = v128.load(filter + filterTap);
  const f2 = v128.load(filter + filterTap * 2);
  const f3 = v128.load(filter + filterTap * 3);
  const f4 = v128.load(filter + filterTap * 4);
  const f5 = v128.load(filter + filterTap * 5);
  const f6 = v128.load(filter + filterTap * 6);
  const f7 = v128.load(filter + filterTap * 7);
  const f8 = v128.load(filter + filterTap * 8);
  const xTap2 = xTap * 2;
  for (let pixel = 0; pixel < width; pixel++) {
    const middle = x + xRow;
    const lower = middle + xRow;
    let sum = f32x4.add(initial, f32x4.mul(v128.load(x), f0));
    sum = f32x4.add(sum, f32x4.mul(v128.load(x + xTap), f1));
    sum = f32x4.add(sum, f32x4.mul(v128.load(x + xTap2), f2));
    sum = f32x4.add(sum, f32x4.mul(v128.load(middle), f3));
    sum = f32x4.add(sum, f32x4.mul(v128.load(middle + xTap), f4));
    sum = f32x4.add(sum, f32x4.mul(v128.load(middle + xTap2), f5));
    sum = f32x4.add(sum, f32x4.mul(v128.load(lower), f6));
    sum = f32x4.add(sum, f32x4.mul(v128.load(lower + xTap), f7));
    sum = f32x4.add(sum, f32x4.mul(v128.load(lower + xTap2), f8));
    v128.store(y, f32x4.pmin(f32x4.pmax(sum, least), most));
    x += xStep;
    y += yStep;
  }
}

function rowAny(
  x: usize,
  xRow: usize,
  xTap: usize,
  xStep: usize,
  filter: usize,
  filterTap: usize,
  bias: usize,
  y: usize,
  yStep: usize,
  width: i32,
  filterHeight: i32,
  filterWidth: i32,
  least: v128,
  most: v128,
): void {
  const initial = v128.load(bias);
  for (let pixel = 0; pixel < width; pixel++) {
    let sum = initial;
    let tap = filter;
    for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
      let from = x + tapRow * xRow;
      for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
        sum = f32x4.add(sum, f32x4.mul(v128.load(from), v128.load(tap)));
        from += xTap;
        tap += filterTap;
      }
    }
    v128.store(y, f32x4.pmin(f32x4.pmax(sum, least), most));
    x += xStep;
    y += yStep;
  }
}

/** How the filter changes the loss. dFilter is overwritten; zStep is between neighbours in dz. */
export function depthwiseFilterGradient(
  x: usize,
  xBatch: usize,
  xRow: usize,
  xTap: usize,
  xStepRow: usize,
  xStep: usize,
  dz: usize,
  dzBatch: usize,
  dzRow: usize,
  dFilter: usize,
  count: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  filterHeight: i32,
  filterWidth: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  memory.fill(dFilter, 0, filterHeight * filterWidth * pixelBytes);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < outHeight; row++) {
      const from = x + image * xBatch + row * xStepRow;
      const gradient = dz + image * dzBatch + row * dzRow;
      for (let channel = 0; channel < channels; channel += 4) {
        const at = (<usize>channel) << 2;
        for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
          let tap = dFilter + at + tapRow * filterWidth * pixelBytes;
          let first = from + at + tapRow * xRow;
          let tapColumn = 0;
          for (; tapColumn + 3 <= filterWidth; tapColumn += 3) {
            taps3(first, xTap, xStep, gradient + at, pixelBytes, tap, outWidth);
            first += xTap * 3;
            tap += pixelBytes * 3;
          }
          for (; tapColumn < filterWidth; tapColumn++) {
            taps1(first, xStep, gradient + at, pixelBytes, tap, outWidth);
            first += xTap;
            tap += pixelBytes;
          }
        }
      }
    }
  }
}

function taps3(
  x: usize,
  xTap: usize,
  xStep: usize,
  dz: usize,
  pixelBytes: usize,
  tap: usize,
  width: i32,
): void {
  const tap1 = tap + pixelBytes;
  const tap2 = tap1 + pixelBytes;
  const xTap2 = xTap * 2;
  let d0 = v128.load(tap);
  let d1 = v128.load(tap1);
  let d2 = v128.load(tap2);
  for (let pixel = 0; pixel < width; pixel++) {
    const gradient = v128.load(dz);
    d0 = f32x4.add(d0, f32x4.mul(v128.load(x), gradient));
    d1 = f32x4.add(d1, f32x4.mul(v128.load(x + xTap), gradient));
    d2 = f32x4.add(d2, f32x4.mul(v128.load(x + xTap2), gradient));
    x += xStep;
    dz += pixelBytes;
  }
  v128.store(tap, d0);
  v128.store(tap1, d1);
  v128.store(tap2, d2);
}

function taps1(x: usize, xStep: usize, dz: usize, pixelBytes: usize, tap: usize, width: i32): void {
  let d0 = v128.load(tap);
  for (let pixel = 0; pixel < width; pixel++) {
    d0 = f32x4.add(d0, f32x4.mul(v128.load(x), v128.load(dz)));
    x += xStep;
    dz += pixelBytes;
  }
  v128.store(tap, d0);
}

/**
 * The filter that takes a gradient back to the inputs of one phase of the stride, as `flipFilter`.
 *
 * filter: [filterHeight, filterWidth, channels] → flipped: [tapsY, tapsX, channels]
 */
export function flipDepthwiseFilter(
  filter: usize,
  filterWidth: i32,
  channels: i32,
  firstY: i32,
  strideY: i32,
  tapsY: i32,
  firstX: i32,
  strideX: i32,
  tapsX: i32,
  flipped: usize,
): void {
  const tapBytes = (<usize>channels) << 2;
  for (let tapY = tapsY - 1; tapY >= 0; tapY--) {
    for (let tapX = tapsX - 1; tapX >= 0; tapX--) {
      const tap = (firstY + tapY * strideY) * filterWidth + firstX + tapX * strideX;
      memory.copy(flipped, filter + tap * tapBytes, tapBytes);
      flipped += tapBytes;
    }
  }
}
