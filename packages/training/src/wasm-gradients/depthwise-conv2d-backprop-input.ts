import { tapRange, type Convolution } from "./convolution.ts";

/**
 * How a depthwise convolution's input changes the loss: dy, sent back through every tap.
 *
 * dy: [batch, outHeight, outWidth, outChannels];
 * filter: [filterHeight, filterWidth, inChannels, depthMultiplier];
 * dx: [batch, inHeight, inWidth, inChannels], overwritten.
 */
export function depthwiseConv2dBackpropInput(
  dy: Float32Array,
  filter: Float32Array,
  dx: Float32Array,
  convolution: Convolution,
): void {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = convolution;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  const { dilationHeight, dilationWidth, padTop, padLeft } = convolution;
  const depthMultiplier = outChannels / inChannels;
  dx.fill(0);
  for (let fy = 0; fy < filterHeight; fy++) {
    const rows = tapRange(fy, outHeight, inHeight, strideHeight, dilationHeight, padTop);
    for (let fx = 0; fx < filterWidth; fx++) {
      const columns = tapRange(fx, outWidth, inWidth, strideWidth, dilationWidth, padLeft);
      const tap = (fy * filterWidth + fx) * outChannels;
      for (let b = 0; b < batch; b++) {
        for (let oy = rows.first; oy < rows.last; oy++) {
          const iy = oy * strideHeight + rows.shift;
          for (let ox = columns.first; ox < columns.last; ox++) {
            const ix = ox * strideWidth + columns.shift;
            const dxi = ((b * inHeight + iy) * inWidth + ix) * inChannels;
            const dyi = ((b * outHeight + oy) * outWidth + ox) * outChannels;
            let channel = 0;
            for (let inChannel = 0; inChannel < inChannels; inChannel++) {
              let sum = 0;
              for (let m = 0; m < depthMultiplier; m++) {
                sum += dy[dyi + channel]! * filter[tap + channel]!;
                channel++;
              }
              dx[dxi + inChannel]! += sum;
            }
          }
        }
      }
    }
  }
}
