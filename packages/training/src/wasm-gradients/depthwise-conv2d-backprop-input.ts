import { unpadInto, type Convolution } from "./convolution.ts";

/**
 * How a depthwise convolution's input changes the loss: dy, sent back through every tap.
 *
 * dy: [batch, outHeight, outWidth, outChannels];
 * filter: [filterHeight, filterWidth, inChannels, depthMultiplier];
 * dx: [batch, height, width, inChannels], overwritten.
 */
export function depthwiseConv2dBackpropInput(
  dy: Float32Array,
  filter: Float32Array,
  dx: Float32Array,
  convolution: Convolution,
): void {
  const { batch, inChannels, outHeight, outWidth, outChannels } = convolution;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  const { dilationHeight, dilationWidth, paddedHeight, paddedWidth } = convolution;
  const depthMultiplier = outChannels / inChannels;
  const sums = new Float32Array(batch * paddedHeight * paddedWidth * inChannels);
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
          for (let channel = 0; channel < outChannels; channel++) {
            const weight = filter[tap + channel]!;
            let xi = xStart + Math.floor(channel / depthMultiplier);
            for (let i = dyStart + channel; i < dyEnd; i += outChannels) {
              sums[xi]! += weight * dy[i]!;
              xi += step;
            }
          }
        }
      }
    }
  }
  unpadInto(dx, sums, convolution);
}
