import { padded, type Convolution } from "./convolution.ts";

/**
 * How a depthwise convolution's filter changes the loss. Output channel `c · depthMultiplier + m` sees
 * input channel `c` alone.
 *
 * x: [batch, height, width, inChannels]; dy: [batch, outHeight, outWidth, outChannels];
 * dFilter: [filterHeight, filterWidth, inChannels, depthMultiplier], overwritten.
 *
 * Sums are kept in double precision. The inner loop runs along one row of outputs, for four output
 * channels at once.
 */
export function depthwiseConv2dBackpropFilter(
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  convolution: Convolution,
): void {
  const { batch, inChannels, outHeight, outWidth, outChannels } = convolution;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  const { dilationHeight, dilationWidth, paddedHeight, paddedWidth } = convolution;
  const depthMultiplier = outChannels / inChannels;
  const inputOf = Int32Array.from({ length: outChannels }, (_, channel) =>
    Math.floor(channel / depthMultiplier),
  );
  const pixels = padded(x, convolution);
  const sums = new Float64Array(dFilter.length);
  const step = strideWidth * inChannels;
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const dyStart = (b * outHeight + oy) * outWidth * outChannels;
      const dyEnd = dyStart + outWidth * outChannels;
      for (let fy = 0; fy < filterHeight; fy++) {
        const y = oy * strideHeight + fy * dilationHeight;
        for (let fx = 0; fx < filterWidth; fx++) {
          const xStart = ((b * paddedHeight + y) * paddedWidth + fx * dilationWidth) * inChannels;
          const tap = (fy * filterWidth + fx) * outChannels;
          let channel = 0;
          for (; channel + 4 <= outChannels; channel += 4) {
            const in1 = inputOf[channel + 1]! - inputOf[channel]!;
            const in2 = inputOf[channel + 2]! - inputOf[channel]!;
            const in3 = inputOf[channel + 3]! - inputOf[channel]!;
            let sum0 = 0;
            let sum1 = 0;
            let sum2 = 0;
            let sum3 = 0;
            let xi = xStart + inputOf[channel]!;
            for (let i = dyStart + channel; i < dyEnd; i += outChannels) {
              sum0 += pixels[xi]! * dy[i]!;
              sum1 += pixels[xi + in1]! * dy[i + 1]!;
              sum2 += pixels[xi + in2]! * dy[i + 2]!;
              sum3 += pixels[xi + in3]! * dy[i + 3]!;
              xi += step;
            }
            sums[tap + channel]! += sum0;
            sums[tap + channel + 1]! += sum1;
            sums[tap + channel + 2]! += sum2;
            sums[tap + channel + 3]! += sum3;
          }
          for (; channel < outChannels; channel++) {
            let sum = 0;
            let xi = xStart + inputOf[channel]!;
            for (let i = dyStart + channel; i < dyEnd; i += outChannels) {
              sum += pixels[xi]! * dy[i]!;
              xi += step;
            }
            sums[tap + channel]! += sum;
          }
        }
      }
    }
  }
  dFilter.set(sums);
}
