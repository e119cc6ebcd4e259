/**
 * Batch normalization over the last axis of [count, height, width, channels]. Batch and row distances
 * are bytes; channels is a multiple of 4; gamma, beta and all statistics: [channels].
 */

/** mean and variance (that of the batch, divided by its size) of each channel. Two passes, as in TensorFlow.js. */
export function batchStatistics(
  x: usize,
  xBatch: usize,
  xRow: usize,
  mean: usize,
  variance: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  const size = f32x4.splat(<f32>(count * height * width));
  memory.fill(mean, 0, pixelBytes);
  memory.fill(variance, 0, pixelBytes);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const from = x + image * xBatch + row * xRow;
      for (let at: usize = 0; at < pixelBytes; at += 16) {
        let value = from + at;
        let sum = f32x4.splat(0);
        for (let pixel = 0; pixel < width; pixel++) {
          sum = f32x4.add(sum, v128.load(value));
          value += pixelBytes;
        }
        v128.store(mean + at, f32x4.add(v128.load(mean + at), sum));
      }
    }
  }
  for (let at: usize = 0; at < pixelBytes; at += 16) {
    v128.store(mean + at, f32x4.div(v128.load(mean + at), size));
  }
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const from = x + image * xBatch + row * xRow;
      for (let at: usize = 0; at < pixelBytes; at += 16) {
        const center = v128.load(mean + at);
        let value = from + at;
        let sum = f32x4.splat(0);
        for (let pixel = 0; pixel < width; pixel++) {
          const deviation = f32x4.sub(v128.load(value), center);
          sum = f32x4.add(sum, f32x4.mul(deviation, deviation));
          value += pixelBytes;
        }
        v128.store(variance + at, f32x4.add(v128.load(variance + at), sum));
      }
    }
  }
  for (let at: usize = 0; at < pixelBytes; at += 16) {
    v128.store(variance + at, f32x4.div(v128.load(variance + at), size));
  }
}

/** moving −= (moving − batch) · decay */
export function moveAverage(moving: usize, batch: usize, decay: f32, channels: i32): void {
  const share = f32x4.splat(decay);
  for (let at: usize = 0; at < (<usize>channels) << 2; at += 16) {
    const before = v128.load(moving + at);
    const step = f32x4.mul(f32x4.sub(before, v128.load(batch + at)), share);
    v128.store(moving + at, f32x4.sub(before, step));
  }
}

/** y = clamp((x − mean) / √(variance + epsilon) · gamma + beta) */
export function normalize(
  x: usize,
  xBatch: usize,
  xRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  epsilon: f32,
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
  // image by image, so that its values are in cache for all channels
  for (let image = 0; image < count; image++) {
    for (let at: usize = 0; at < pixelBytes; at += 16) {
      const center = v128.load(mean + at);
      const deviation = f32x4.sqrt(f32x4.add(v128.load(variance + at), f32x4.splat(epsilon)));
      const scale = f32x4.div(v128.load(gamma + at), deviation);
      const shift = v128.load(beta + at);
      for (let row = 0; row < height; row++) {
        let from = x + image * xBatch + row * xRow + at;
        let to = y + image * yBatch + row * yRow + at;
        for (let pixel = 0; pixel < width; pixel++) {
          const v = f32x4.add(f32x4.mul(f32x4.sub(v128.load(from), center), scale), shift);
          v128.store(to, f32x4.pmin(f32x4.pmax(v, least), most));
          from += pixelBytes;
          to += pixelBytes;
        }
      }
    }
  }
}

/**
 * dGamma = Σ dz · (x − mean) / deviation, where dBeta = Σ dz is known already; and, unless dx is 0,
 * dx = gamma / deviation · (dz − dBeta / n − (x − mean) / deviation · dGamma / n), n positions in all.
 */
export function normalizeBackward(
  x: usize,
  xBatch: usize,
  xRow: usize,
  dz: usize,
  dzBatch: usize,
  dzRow: usize,
  dx: usize,
  dxBatch: usize,
  dxRow: usize,
  mean: usize,
  variance: usize,
  gamma: usize,
  epsilon: f32,
  dGamma: usize,
  dBeta: usize,
  count: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  memory.fill(dGamma, 0, pixelBytes);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const xFrom = x + image * xBatch + row * xRow;
      const dzFrom = dz + image * dzBatch + row * dzRow;
      for (let at: usize = 0; at < pixelBytes; at += 16) {
        const center = v128.load(mean + at);
        let value = xFrom + at;
        let gradient = dzFrom + at;
        let sum = f32x4.splat(0);
        for (let pixel = 0; pixel < width; pixel++) {
          sum = f32x4.add(sum, f32x4.mul(v128.load(gradient), f32x4.sub(v128.load(value), center)));
          value += pixelBytes;
          gradient += pixelBytes;
        }
        v128.store(dGamma + at, f32x4.add(v128.load(dGamma + at), sum));
      }
    }
  }
  const size = f32x4.splat(<f32>(count * height * width));
  for (let at: usize = 0; at < pixelBytes; at += 16) {
    const deviation = f32x4.sqrt(f32x4.add(v128.load(variance + at), f32x4.splat(epsilon)));
    v128.store(dGamma + at, f32x4.div(v128.load(dGamma + at), deviation));
  }
  if (dx == 0) return;
  for (let image = 0; image < count; image++) {
    for (let at: usize = 0; at < pixelBytes; at += 16) {
      const deviation = f32x4.sqrt(f32x4.add(v128.load(variance + at), f32x4.splat(epsilon)));
      const center = v128.load(mean + at);
      const scale = f32x4.div(v128.load(gamma + at), deviation);
      const dzMean = f32x4.div(v128.load(dBeta + at), size);
      const slope = f32x4.div(f32x4.div(v128.load(dGamma + at), size), deviation);
      for (let row = 0; row < height; row++) {
        let value = x + image * xBatch + row * xRow + at;
        let gradient = dz + image * dzBatch + row * dzRow + at;
        let to = dx + image * dxBatch + row * dxRow + at;
        for (let pixel = 0; pixel < width; pixel++) {
          const alongX = f32x4.mul(f32x4.sub(v128.load(value), center), slope);
          const rest = f32x4.sub(f32x4.sub(v128.load(gradient), dzMean), alongX);
          v128.store(to, f32x4.mul(scale, rest));
          value += pixelBytes;
          gradient += pixelBytes;
          to += pixelBytes;
        }
      }
    }
  }
}
