import { windowRange, type Pool } from "./pool.ts";

/**
 * How the input of an average-pooling changes the loss: each dy is shared out over the pixels of its
 * window. Padding has no share, as it was not counted when the average was taken.
 *
 * dx: [batch, inHeight, inWidth, channels], overwritten; dy: [batch, outHeight, outWidth, channels].
 */
export function avgPoolGrad(dy: Float32Array, dx: Float32Array, pool: Pool): void {
  const { batch, channels, inHeight, inWidth, outHeight, outWidth } = pool;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft } = pool;
  dx.fill(0);
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const rows = windowRange(oy, strideHeight, padTop, filterHeight, inHeight);
      for (let ox = 0; ox < outWidth; ox++) {
        const columns = windowRange(ox, strideWidth, padLeft, filterWidth, inWidth);
        const share = 1 / ((rows.last - rows.first) * (columns.last - columns.first));
        const dyStart = ((b * outHeight + oy) * outWidth + ox) * channels;
        for (let y = rows.first; y < rows.last; y++) {
          for (let column = columns.first; column < columns.last; column++) {
            const dxStart = ((b * inHeight + y) * inWidth + column) * channels;
            for (let channel = 0; channel < channels; channel++) {
              dx[dxStart + channel]! += dy[dyStart + channel]! * share;
            }
          }
        }
      }
    }
  }
}
