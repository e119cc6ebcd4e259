/**
 * Pooling of NHWC images. Output pixel [row, column] sees the inputs from
 * [row · strideY − padTop, column · strideX − padLeft] on, as far as they are inside the image.
 * channels is a multiple of 4; batch and row distances are bytes.
 */

/** winners: [count, outHeight, outWidth, channels] int32, the tap with the largest value, the first if several. */
export function maxPoolForward(
  x: usize,
  xBatch: usize,
  xRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  winners: usize,
  count: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  poolHeight: i32,
  poolWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideY - padTop;
      const firstRow = max(0, -top);
      const lastRow = min(poolHeight, inHeight - top);
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideX - padLeft;
        const firstColumn = max(0, -left);
        const lastColumn = min(poolWidth, inWidth - left);
        const from = x + image * xBatch + top * xRow + left * pixelBytes;
        const to = y + image * yBatch + row * yRow + column * pixelBytes;
        for (let at: usize = 0; at < pixelBytes; at += 16) {
          let best = v128.load(from + at + firstRow * xRow + firstColumn * pixelBytes);
          let winner = i32x4.splat(firstRow * poolWidth + firstColumn);
          for (let tapRow = firstRow; tapRow < lastRow; tapRow++) {
            let value = from + at + tapRow * xRow + firstColumn * pixelBytes;
            for (let tapColumn = firstColumn; tapColumn < lastColumn; tapColumn++) {
              const v = v128.load(value);
              const isMore = f32x4.gt(v, best);
              best = f32x4.pmax(best, v);
              winner = v128.bitselect(i32x4.splat(tapRow * poolWidth + tapColumn), winner, isMore);
              value += pixelBytes;
            }
          }
          v128.store(to + at, best);
          v128.store(winners + at, winner);
        }
        winners += pixelBytes;
      }
    }
  }
}

/** dx gets each gradient of dy where the value came from. Overlapping pools add up: `clear` zeroes dx first. */
export function maxPoolBackward(
  dy: usize,
  dyBatch: usize,
  dyRow: usize,
  winners: usize,
  dx: usize,
  dxBatch: usize,
  dxRow: usize,
  clear: bool,
  count: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  poolHeight: i32,
  poolWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  for (let image = 0; image < count; image++) {
    if (clear) clearImage(dx + image * dxBatch, dxRow, inHeight, inWidth * pixelBytes);
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideY - padTop;
      const firstRow = max(0, -top);
      const lastRow = min(poolHeight, inHeight - top);
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideX - padLeft;
        const firstColumn = max(0, -left);
        const lastColumn = min(poolWidth, inWidth - left);
        const from = dy + image * dyBatch + row * dyRow + column * pixelBytes;
        const to = dx + image * dxBatch + top * dxRow + left * pixelBytes;
        for (let at: usize = 0; at < pixelBytes; at += 16) {
          const gradient = v128.load(from + at);
          const winner = v128.load(winners + at);
          for (let tapRow = firstRow; tapRow < lastRow; tapRow++) {
            let value = to + at + tapRow * dxRow + firstColumn * pixelBytes;
            for (let tapColumn = firstColumn; tapColumn < lastColumn; tapColumn++) {
              const isWinner = i32x4.eq(winner, i32x4.splat(tapRow * poolWidth + tapColumn));
              let part = v128.and(gradient, isWinner);
              if (clear) part = f32x4.add(part, v128.load(value));
              v128.store(value, part);
              value += pixelBytes;
            }
          }
        }
        winners += pixelBytes;
      }
    }
  }
}

/** The mean of the inputs that are inside the image. */
export function averagePoolForward(
  x: usize,
  xBatch: usize,
  xRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  count: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  poolHeight: i32,
  poolWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideY - padTop;
      const firstRow = max(0, -top);
      const lastRow = min(poolHeight, inHeight - top);
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideX - padLeft;
        const firstColumn = max(0, -left);
        const lastColumn = min(poolWidth, inWidth - left);
        const from = x + image * xBatch + top * xRow + left * pixelBytes;
        const to = y + image * yBatch + row * yRow + column * pixelBytes;
        const size = f32x4.splat(<f32>((lastRow - firstRow) * (lastColumn - firstColumn)));
        for (let at: usize = 0; at < pixelBytes; at += 16) {
          let sum = f32x4.splat(0);
          for (let tapRow = firstRow; tapRow < lastRow; tapRow++) {
            let value = from + at + tapRow * xRow + firstColumn * pixelBytes;
            for (let tapColumn = firstColumn; tapColumn < lastColumn; tapColumn++) {
              sum = f32x4.add(sum, v128.load(value));
              value += pixelBytes;
            }
          }
          v128.store(to + at, f32x4.div(sum, size));
        }
      }
    }
  }
}

/** dx gets an equal share of each gradient of dy. Overlapping pools add up: `clear` zeroes dx first. */
export function averagePoolBackward(
  dy: usize,
  dyBatch: usize,
  dyRow: usize,
  dx: usize,
  dxBatch: usize,
  dxRow: usize,
  clear: bool,
  count: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  poolHeight: i32,
  poolWidth: i32,
  strideY: i32,
  strideX: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const pixelBytes = (<usize>channels) << 2;
  for (let image = 0; image < count; image++) {
    if (clear) clearImage(dx + image * dxBatch, dxRow, inHeight, inWidth * pixelBytes);
    for (let row = 0; row < outHeight; row++) {
      const top = row * strideY - padTop;
      const firstRow = max(0, -top);
      const lastRow = min(poolHeight, inHeight - top);
      for (let column = 0; column < outWidth; column++) {
        const left = column * strideX - padLeft;
        const firstColumn = max(0, -left);
        const lastColumn = min(poolWidth, inWidth - left);
        const from = dy + image * dyBatch + row * dyRow + column * pixelBytes;
        const to = dx + image * dxBatch + top * dxRow + left * pixelBytes;
        const size = f32x4.splat(<f32>((lastRow - firstRow) * (lastColumn - firstColumn)));
        for (let at: usize = 0; at < pixelBytes; at += 16) {
          const share = f32x4.div(v128.load(from + at), size);
          for (let tapRow = firstRow; tapRow < lastRow; tapRow++) {
            let value = to + at + tapRow * dxRow + firstColumn * pixelBytes;
            for (let tapColumn = firstColumn; tapColumn < lastColumn; tapColumn++) {
              v128.store(value, clear ? f32x4.add(share, v128.load(value)) : share);
              value += pixelBytes;
            }
          }
        }
      }
    }
  }
}

function clearImage(image: usize, rowBytes: usize, height: i32, width: usize): void {
  for (let row = 0; row < height; row++) memory.fill(image + row * rowBytes, 0, width);
}
