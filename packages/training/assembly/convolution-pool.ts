/**
 * Convolution 3×3 of one channel, clamp and max-pooling 2×2 in one pass, and the gradient of its
 * filter. Nothing between the image and the pooled output is stored, and only the pixel that won its
 * pool carries gradient: a quarter of the multiplications that the unfused layers need.
 */

/**
 * image [count, …] → y [count, height, width, channels], the pooled clamp(bias + x * filter), and for
 * each of its values the address of the image patch it came from: patches [count, height, width,
 * channels]
 *
 * x, xBatch, xRow as in `convolution`; filter [3, 3, channels]; channels is a multiple of 4. Of equal
 * values the first wins, as in TensorFlow.
 */
export function convolutionPoolForward(
  x: usize,
  xBatch: usize,
  xRow: usize,
  filter: usize,
  bias: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  patches: usize,
  packed: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  lo: f32,
  hi: f32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  for (let at: usize = 0; at < pixelBytes; at += 16) {
    for (let tap: usize = 0; tap < 9; tap++) {
      v128.store(packed + at * 9 + (tap << 4), v128.load(filter + tap * pixelBytes + at));
    }
  }
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const from = x + image * xBatch + row * 2 * xRow;
      const to = y + image * yBatch + row * yRow;
      for (let at: usize = 0; at < pixelBytes; at += 16) {
        if (width == 1) {
          pixel(from, xRow, packed + at * 9, bias + at, to + at, patches + at, lo, hi);
        } else {
          pixels(
            from,
            xRow,
            packed + at * 9,
            bias + at,
            to + at,
            patches + at,
            width,
            pixelBytes,
            lo,
            hi,
          );
        }
      }
      patches += width * pixelBytes;
    }
  }
}

/**
 * A row of pooled pixels, 4 channels, two at a time: two rows of four convolved pixels.
 *
 * One row of taps at a time: V8 moves all loads of a block to its front, and for more of them would run
 * out of registers.
 */
function pixels(
  x: usize,
  xRow: usize,
  filter: usize,
  bias: usize,
  y: usize,
  patches: usize,
  width: i32,
  pixelBytes: usize,
  lo: f32,
  hi: f32,
): void {
  const end = filter + 144;
  const initial = v128.load(bias);
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  const rowDown = i32x4.splat(xRow);
  for (let column = 0; ;) {
    let u0 = initial;
    let u1 = initial;
    let u2 = initial;
    let u3 = initial;
    let from = x;
    for (let tap = filter; tap < end; tap += 48) {
      const f0 = v128.load(tap);
      const f1 = v128.load(tap, 16);
      const f2 = v128.load(tap, 32);
      const x0 = v128.load32_splat(from);
      const x1 = v128.load32_splat(from, 4);
      const x2 = v128.load32_splat(from, 8);
      const x3 = v128.load32_splat(from, 12);
      const x4 = v128.load32_splat(from, 16);
      const x5 = v128.load32_splat(from, 20);
      u0 = f32x4.add(
        f32x4.add(f32x4.add(u0, f32x4.mul(x0, f0)), f32x4.mul(x1, f1)),
        f32x4.mul(x2, f2),
      );
      u1 = f32x4.add(
        f32x4.add(f32x4.add(u1, f32x4.mul(x1, f0)), f32x4.mul(x2, f1)),
        f32x4.mul(x3, f2),
      );
      u2 = f32x4.add(
        f32x4.add(f32x4.add(u2, f32x4.mul(x2, f0)), f32x4.mul(x3, f1)),
        f32x4.mul(x4, f2),
      );
      u3 = f32x4.add(
        f32x4.add(f32x4.add(u3, f32x4.mul(x3, f0)), f32x4.mul(x4, f1)),
        f32x4.mul(x5, f2),
      );
      from += xRow;
    }
    let l0 = initial;
    let l1 = initial;
    let l2 = initial;
    let l3 = initial;
    from = x + xRow;
    for (let tap = filter; tap < end; tap += 48) {
      const f0 = v128.load(tap);
      const f1 = v128.load(tap, 16);
      const f2 = v128.load(tap, 32);
      const x0 = v128.load32_splat(from);
      const x1 = v128.load32_splat(from, 4);
      const x2 = v128.load32_splat(from, 8);
      const x3 = v128.load32_splat(from, 12);
      const x4 = v128.load32_splat(from, 16);
      const x5 = v128.load32_splat(from, 20);
      l0 = f32x4.add(
        f32x4.add(f32x4.add(l0, f32x4.mul(x0, f0)), f32x4.mul(x1, f1)),
        f32x4.mul(x2, f2),
      );
      l1 = f32x4.add(
        f32x4.add(f32x4.add(l1, f32x4.mul(x1, f0)), f32x4.mul(x2, f1)),
        f32x4.mul(x3, f2),
      );
      l2 = f32x4.add(
        f32x4.add(f32x4.add(l2, f32x4.mul(x2, f0)), f32x4.mul(x3, f1)),
        f32x4.mul(x4, f2),
      );
      l3 = f32x4.add(
        f32x4.add(f32x4.add(l3, f32x4.mul(x3, f0)), f32x4.mul(x4, f1)),
        f32x4.mul(x5, f2),
      );
      from += xRow;
    }

    storePooled(u0, u1, l0, l1, x, rowDown, y, patches, least, most);
    storePooled(u2, u3, l2, l3, x + 8, rowDown, y + pixelBytes, patches + pixelBytes, least, most);
    column += 2;
    if (column >= width) return;
    // the last two pixels may overlap those before
    const back = column + 1 == width ? 1 : 0;
    x += 16 - (back << 3);
    y += pixelBytes << (1 - back);
    patches += pixelBytes << (1 - back);
  }
}

/** One pooled pixel, 4 channels. */
function pixel(
  x: usize,
  xRow: usize,
  filter: usize,
  bias: usize,
  y: usize,
  patches: usize,
  lo: f32,
  hi: f32,
): void {
  let v00 = v128.load(bias);
  let v01 = v00;
  let v10 = v00;
  let v11 = v00;
  let from = x;
  for (let tapRow = 0; tapRow < 3; tapRow++) {
    for (let offset: usize = 0; offset < 12; offset += 4) {
      const f = v128.load(filter);
      v00 = f32x4.add(v00, f32x4.mul(v128.load32_splat(from + offset), f));
      v01 = f32x4.add(v01, f32x4.mul(v128.load32_splat(from + offset, 4), f));
      v10 = f32x4.add(v10, f32x4.mul(v128.load32_splat(from + xRow + offset), f));
      v11 = f32x4.add(v11, f32x4.mul(v128.load32_splat(from + xRow + offset, 4), f));
      filter += 16;
    }
    from += xRow;
  }
  storePooled(
    v00,
    v01,
    v10,
    v11,
    x,
    i32x4.splat(xRow),
    y,
    patches,
    f32x4.splat(lo),
    f32x4.splat(hi),
  );
}

function storePooled(
  v00: v128,
  v01: v128,
  v10: v128,
  v11: v128,
  x: usize,
  rowDown: v128,
  y: usize,
  patches: usize,
  least: v128,
  most: v128,
): void {
  const upper = f32x4.pmax(v00, v01);
  const lower = f32x4.pmax(v10, v11);
  const largest = f32x4.pmax(upper, lower);
  v128.store(y, f32x4.pmin(f32x4.pmax(largest, least), most));
  const isLower = f32x4.gt(lower, upper);
  const isRight = v128.bitselect(f32x4.gt(v11, v10), f32x4.gt(v01, v00), isLower);
  // 4 bytes to the right, and xRow down
  const right = i32x4.shl(i32x4.shr_u(isRight, 31), 2);
  const offset = i32x4.add(v128.and(isLower, rowDown), right);
  v128.store(patches, i32x4.add(i32x4.splat(x), offset));
}

/**
 * dFilter [3, 3, channels] from dz, the gradient of the pooled values where the clamp lets it through.
 *
 * A patch's row of three pixels is multiplied as one vector; its fourth lane is what lies behind, and is
 * dropped at the end. patches as `convolutionPoolForward` left them; channels is a multiple of 4.
 */
export function convolutionPoolFilterGradient(
  xRow: usize,
  patches: usize,
  dz: usize,
  dzBatch: usize,
  dzRow: usize,
  dFilter: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  const xRow2 = xRow << 1;
  for (let channel = 0; channel < channels; channel += 2) {
    let a0 = f32x4.splat(0);
    let a1 = a0;
    let a2 = a0;
    let b0 = a0;
    let b1 = a0;
    let b2 = a0;
    let from = patches + ((<usize>channel) << 2);
    for (let image = 0; image < count; image++) {
      for (let row = 0; row < height; row++) {
        let gradient = dz + image * dzBatch + row * dzRow + ((<usize>channel) << 2);
        for (let pixel = 0; pixel < width; pixel++) {
          const patchA = load<usize>(from);
          const patchB = load<usize>(from, 4);
          const gradientA = v128.load32_splat(gradient);
          const gradientB = v128.load32_splat(gradient, 4);
          a0 = f32x4.add(a0, f32x4.mul(gradientA, v128.load(patchA)));
          b0 = f32x4.add(b0, f32x4.mul(gradientB, v128.load(patchB)));
          a1 = f32x4.add(a1, f32x4.mul(gradientA, v128.load(patchA + xRow)));
          b1 = f32x4.add(b1, f32x4.mul(gradientB, v128.load(patchB + xRow)));
          a2 = f32x4.add(a2, f32x4.mul(gradientA, v128.load(patchA + xRow2)));
          b2 = f32x4.add(b2, f32x4.mul(gradientB, v128.load(patchB + xRow2)));
          from += pixelBytes;
          gradient += pixelBytes;
        }
      }
    }
    const to = dFilter + ((<usize>channel) << 2);
    storeTapRow(to, pixelBytes, a0);
    storeTapRow(to + 3 * pixelBytes, pixelBytes, a1);
    storeTapRow(to + 6 * pixelBytes, pixelBytes, a2);
    storeTapRow(to + 4, pixelBytes, b0);
    storeTapRow(to + 3 * pixelBytes + 4, pixelBytes, b1);
    storeTapRow(to + 6 * pixelBytes + 4, pixelBytes, b2);
  }
}

function storeTapRow(to: usize, tapBytes: usize, taps: v128): void {
  store<f32>(to, f32x4.extract_lane(taps, 0));
  store<f32>(to + tapBytes, f32x4.extract_lane(taps, 1));
  store<f32>(to + 2 * tapBytes, f32x4.extract_lane(taps, 2));
}
