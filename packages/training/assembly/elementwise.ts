/** Images [count, height, width, channels]; batch and row distances are bytes, channels a multiple of 4. */

/**
 * dz = dy where the clamp let y's value through, in place, and sum = Σ dz over all but the channels:
 * the gradient of a bias.
 */
export function throughClamp(
  dy: usize,
  dyBatch: usize,
  dyRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  sum: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
  lo: f32,
  hi: f32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  memory.fill(sum, 0, pixelBytes);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const gradients = dy + image * dyBatch + row * dyRow;
      const values = y + image * yBatch + row * yRow;
      for (let at: usize = 0; at < pixelBytes; at += 16) {
        let gradient = gradients + at;
        let value = values + at;
        let rowSum = f32x4.splat(0);
        for (let pixel = 0; pixel < width; pixel++) {
          const v = v128.load(value);
          const inside = v128.and(f32x4.gt(v, least), f32x4.lt(v, most));
          const dz = v128.and(v128.load(gradient), inside);
          v128.store(gradient, dz);
          rowSum = f32x4.add(rowSum, dz);
          gradient += pixelBytes;
          value += pixelBytes;
        }
        v128.store(sum + at, f32x4.add(v128.load(sum + at), rowSum));
      }
    }
  }
}

/** sum = Σ dz over all but the channels. */
export function sumPositions(
  dz: usize,
  dzBatch: usize,
  dzRow: usize,
  sum: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  memory.fill(sum, 0, pixelBytes);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const from = dz + image * dzBatch + row * dzRow;
      for (let at: usize = 0; at < pixelBytes; at += 16) {
        let gradient = from + at;
        let rowSum = f32x4.splat(0);
        for (let pixel = 0; pixel < width; pixel++) {
          rowSum = f32x4.add(rowSum, v128.load(gradient));
          gradient += pixelBytes;
        }
        v128.store(sum + at, f32x4.add(v128.load(sum + at), rowSum));
      }
    }
  }
}

/** y = clamp(x); rowBytes: of one image row, a multiple of 16. */
export function clampRows(
  x: usize,
  xBatch: usize,
  xRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  count: i32,
  height: i32,
  rowBytes: usize,
  lo: f32,
  hi: f32,
): void {
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const from = x + image * xBatch + row * xRow;
      const to = y + image * yBatch + row * yRow;
      for (let at: usize = 0; at < rowBytes; at += 16) {
        v128.store(to + at, f32x4.pmin(f32x4.pmax(v128.load(from + at), least), most));
      }
    }
  }
}

/** y = clamp(a + b), where y may be a or b. */
export function addRows(
  a: usize,
  aBatch: usize,
  aRow: usize,
  b: usize,
  bBatch: usize,
  bRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  count: i32,
  height: i32,
  rowBytes: usize,
  lo: f32,
  hi: f32,
): void {
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const first = a + image * aBatch + row * aRow;
      const second = b + image * bBatch + row * bRow;
      const to = y + image * yBatch + row * yRow;
      for (let at: usize = 0; at < rowBytes; at += 16) {
        const sum = f32x4.add(v128.load(first + at), v128.load(second + at));
        v128.store(to + at, f32x4.pmin(f32x4.pmax(sum, least), most));
      }
    }
  }
}

/** dx = dy where the clamp let y's value through. */
export function clampRowsBackward(
  dy: usize,
  dyBatch: usize,
  dyRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  dx: usize,
  dxBatch: usize,
  dxRow: usize,
  count: i32,
  height: i32,
  rowBytes: usize,
  lo: f32,
  hi: f32,
): void {
  const least = f32x4.splat(lo);
  const most = f32x4.splat(hi);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const from = dy + image * dyBatch + row * dyRow;
      const values = y + image * yBatch + row * yRow;
      const to = dx + image * dxBatch + row * dxRow;
      for (let at: usize = 0; at < rowBytes; at += 16) {
        const v = v128.load(values + at);
        const inside = v128.and(f32x4.gt(v, least), f32x4.lt(v, most));
        v128.store(to + at, v128.and(v128.load(from + at), inside));
      }
    }
  }
}

/** values ·= factor, count floats, a multiple of 4. */
export function scale(values: usize, count: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    v128.store(values + at, f32x4.mul(v128.load(values + at), by));
  }
}

/** Packed pixels [count, height, width, channels] → pixels `yPixel` apart, in rows and images as given. */
export function placePixels(
  x: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  yPixel: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  const rowBytes = width * pixelBytes;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const to = y + image * yBatch + row * yRow;
      if (yPixel == pixelBytes) {
        memory.copy(to, x, rowBytes);
      } else {
        for (let pixel = 0; pixel < width; pixel++) {
          memory.copy(to + pixel * yPixel, x + pixel * pixelBytes, pixelBytes);
        }
      }
      x += rowBytes;
    }
  }
}

/**
 * Bytes → floats 0..1, divided by 255. Packed pixels [count, height, width, channels] → pixels `yPixel`
 * apart, in rows and images as given.
 */
export function placeBytes(
  x: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  yPixel: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const isPacked = yPixel == (<usize>channels) << 2;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      let to = y + image * yBatch + row * yRow;
      if (isPacked) {
        toFloats(x, to, width * channels);
        x += width * channels;
        continue;
      }
      for (let pixel = 0; pixel < width; pixel++) {
        for (let channel = 0; channel < channels; channel++) {
          store<f32>(to + (channel << 2), <f32>load<u8>(x) / 255);
          x++;
        }
        to += yPixel;
      }
    }
  }
}

function toFloats(x: usize, y: usize, length: usize): void {
  const end = x + length;
  const last = f32x4.splat(255);
  for (; x + 16 <= end; x += 16) {
    const bytes = v128.load(x);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(y, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)), last));
    v128.store(y, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), last), 16);
    v128.store(y, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), last), 32);
    v128.store(y, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), last), 48);
    y += 64;
  }
  for (; x < end; x++) {
    store<f32>(y, <f32>load<u8>(x) / 255);
    y += 4;
  }
}
