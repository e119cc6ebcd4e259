import { windowRange, type Pool } from "./pool.ts";

/**
 * How the input of a max-pooling changes the loss: each dy goes to the pixel that was the largest of
 * its window, and among equals to the first in reading order, as on the other backends.
 *
 * x, dx (overwritten): [batch, inHeight, inWidth, channels]; dy: [batch, outHeight, outWidth, channels].
 */
export function maxPoolGrad(x: Float32Array, dy: Float32Array, dx: Float32Array, pool: Pool): void {
  const { batch, channels, inHeight, inWidth, outHeight, outWidth } = pool;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft } = pool;
  dx.fill(0);
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const rows = windowRange(oy, strideHeight, padTop, filterHeight, inHeight);
      for (let ox = 0; ox < outWidth; ox++) {
        const columns = windowRange(ox, strideWidth, padLeft, filterWidth, inWidth);
        const dyStart = ((b * outHeight + oy) * outWidth + ox) * channels;
        for (let channel = 0; channel < channels; channel++) {
          let most = Number.NEGATIVE_INFINITY;
          let mostAt = -1;
          for (let y = rows.first; y < rows.last; y++) {
            const row = (b * inHeight + y) * inWidth;
            for (let column = columns.first; column < columns.last; column++) {
              const at = (row + column) * channels + channel;
              const value = x[at]!;
              if (value > most) {
                most = value;
                mostAt = at;
              }
            }
          }
          // a window of nothing but NaN has no largest
          if (mostAt !== -1) dx[mostAt]! += dy[dyStart + channel]!;
        }
      }
    }
  }
}
