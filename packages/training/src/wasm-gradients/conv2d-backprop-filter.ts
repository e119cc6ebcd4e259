import { tapRange, type Convolution } from "./convolution.ts";

/**
 * How a convolution's filter changes the loss: for each tap, input and output channel, the sum of
 * x · dy over all positions where the tap meets the image.
 *
 * x: [batch, inHeight, inWidth, inChannels]; dy: [batch, outHeight, outWidth, outChannels];
 * dFilter: [filterHeight, filterWidth, inChannels, outChannels], overwritten.
 *
 * Sums are kept in double precision. Four output channels are summed in one pass along a row, in local
 * variables, which the compiler keeps in registers.
 */
export function conv2dBackpropFilter(
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  convolution: Convolution,
): void {
  const { batch, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = convolution;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  const { dilationHeight, dilationWidth, padTop, padLeft } = convolution;
  const sums = new Float64Array(outChannels);
  const xStep = strideWidth * inChannels;
  for (let fy = 0; fy < filterHeight; fy++) {
    const rows = tapRange(fy, outHeight, inHeight, strideHeight, dilationHeight, padTop);
    for (let fx = 0; fx < filterWidth; fx++) {
      const columns = tapRange(fx, outWidth, inWidth, strideWidth, dilationWidth, padLeft);
      for (let inChannel = 0; inChannel < inChannels; inChannel++) {
        sums.fill(0);
        for (let b = 0; b < batch; b++) {
          for (let oy = rows.first; oy < rows.last; oy++) {
            const iy = oy * strideHeight + rows.shift;
            const ix = columns.first * strideWidth + columns.shift;
            const xStart = ((b * inHeight + iy) * inWidth + ix) * inChannels + inChannel;
            const dyRow = (b * outHeight + oy) * outWidth * outChannels;
            const dyStart = dyRow + columns.first * outChannels;
            const dyEnd = dyRow + columns.last * outChannels;
            let channel = 0;
            for (; channel + 4 <= outChannels; channel += 4) {
              let sum0 = 0;
              let sum1 = 0;
              let sum2 = 0;
              let sum3 = 0;
              let xi = xStart;
              for (let i = dyStart + channel; i < dyEnd; i += outChannels) {
                const value = x[xi]!;
                sum0 += value * dy[i]!;
                sum1 += value * dy[i + 1]!;
                sum2 += value * dy[i + 2]!;
                sum3 += value * dy[i + 3]!;
                xi += xStep;
              }
              sums[channel]! += sum0;
              sums[channel + 1]! += sum1;
              sums[channel + 2]! += sum2;
              sums[channel + 3]! += sum3;
            }
            for (; channel < outChannels; channel++) {
              let sum = 0;
              let xi = xStart;
              for (let i = dyStart + channel; i < dyEnd; i += outChannels) {
                sum += x[xi]! * dy[i]!;
                xi += xStep;
              }
              sums[channel]! += sum;
            }
          }
        }
        dFilter.set(sums, ((fy * filterWidth + fx) * inChannels + inChannel) * outChannels);
      }
    }
  }
}
