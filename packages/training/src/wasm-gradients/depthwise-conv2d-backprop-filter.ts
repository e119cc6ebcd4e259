import { tapRange, type Convolution } from "./convolution.ts";

/**
 * How a depthwise convolution's filter changes the loss. Output channel `c · depthMultiplier + m` sees
 * input channel `c` alone.
 *
 * x: [batch, inHeight, inWidth, inChannels]; dy: [batch, outHeight, outWidth, outChannels];
 * dFilter: [filterHeight, filterWidth, inChannels, depthMultiplier], overwritten.
 */
export function depthwiseConv2dBackpropFilter(
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  convolution: Convolution,
): void {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = convolution;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  const { dilationHeight, dilationWidth, padTop, padLeft } = convolution;
  const depthMultiplier = outChannels / inChannels;
  const sums = new Float64Array(outChannels);
  for (let fy = 0; fy < filterHeight; fy++) {
    const rows = tapRange(fy, outHeight, inHeight, strideHeight, dilationHeight, padTop);
    for (let fx = 0; fx < filterWidth; fx++) {
      const columns = tapRange(fx, outWidth, inWidth, strideWidth, dilationWidth, padLeft);
      sums.fill(0);
      for (let b = 0; b < batch; b++) {
        for (let oy = rows.first; oy < rows.last; oy++) {
          const iy = oy * strideHeight + rows.shift;
          for (let ox = columns.first; ox < columns.last; ox++) {
            const ix = ox * strideWidth + columns.shift;
            const xi = ((b * inHeight + iy) * inWidth + ix) * inChannels;
            const dyi = ((b * outHeight + oy) * outWidth + ox) * outChannels;
            let channel = 0;
            for (let inChannel = 0; inChannel < inChannels; inChannel++) {
              const value = x[xi + inChannel]!;
              for (let m = 0; m < depthMultiplier; m++) {
                sums[channel]! += value * dy[dyi + channel]!;
                channel++;
              }
            }
          }
        }
      }
      dFilter.set(sums, (fy * filterWidth + fx) * outChannels);
    }
  }
}
