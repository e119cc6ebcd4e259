import { padded, type Convolution } from "./convolution.ts";

/**
 * How a convolution's filter changes the loss: for each tap, input and output channel, the sum of
 * x · dy over all output positions.
 *
 * x: [batch, height, width, inChannels]; dy: [batch, outHeight, outWidth, outChannels];
 * dFilter: [filterHeight, filterWidth, inChannels, outChannels], overwritten.
 *
 * Sums are kept in double precision. The inner loop runs along one row of outputs, for two weights of
 * the filter's row (counting taps and input channels together) and four output channels: eight sums
 * that fit the registers, from six loads.
 */
export function conv2dBackpropFilter(
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  convolution: Convolution,
): void {
  const { batch, inChannels, outHeight, outWidth, outChannels } = convolution;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  const { dilationHeight, dilationWidth, paddedHeight, paddedWidth } = convolution;
  const pixels = padded(x, convolution);
  const sums = new Float64Array(dFilter.length);
  const step = strideWidth * inChannels;
  const rowWeights = filterWidth * inChannels;
  // from the start of a filter's row to the pixel that each of its weights meets
  const reach = Int32Array.from({ length: rowWeights }, (_, weight) => {
    const channel = weight % inChannels;
    return ((weight - channel) / inChannels) * dilationWidth * inChannels + channel;
  });
  for (let b = 0; b < batch; b++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const dyStart = (b * outHeight + oy) * outWidth * outChannels;
      const dyEnd = dyStart + outWidth * outChannels;
      for (let fy = 0; fy < filterHeight; fy++) {
        const y = oy * strideHeight + fy * dilationHeight;
        const xStart = (b * paddedHeight + y) * paddedWidth * inChannels;
        for (let weight = 0; weight < rowWeights; weight += 2) {
          // the last of an odd number is paired with itself, and its second sum left out
          const second = Math.min(weight + 1, rowWeights - 1);
          const pair = second !== weight;
          const xFirst = xStart + reach[weight]!;
          const xSecond = reach[second]! - reach[weight]!;
          const sumsFirst = (fy * rowWeights + weight) * outChannels;
          let channel = 0;
          for (; channel + 4 <= outChannels; channel += 4) {
            let a0 = 0;
            let a1 = 0;
            let a2 = 0;
            let a3 = 0;
            let b0 = 0;
            let b1 = 0;
            let b2 = 0;
            let b3 = 0;
            let xi = xFirst;
            for (let i = dyStart + channel; i < dyEnd; i += outChannels) {
              const first = pixels[xi]!;
              const other = pixels[xi + xSecond]!;
              const dy0 = dy[i]!;
              const dy1 = dy[i + 1]!;
              const dy2 = dy[i + 2]!;
              const dy3 = dy[i + 3]!;
              a0 += first * dy0;
              a1 += first * dy1;
              a2 += first * dy2;
              a3 += first * dy3;
              b0 += other * dy0;
              b1 += other * dy1;
              b2 += other * dy2;
              b3 += other * dy3;
              xi += step;
            }
            const at = sumsFirst + channel;
            sums[at]! += a0;
            sums[at + 1]! += a1;
            sums[at + 2]! += a2;
            sums[at + 3]! += a3;
            if (!pair) continue;
            sums[at + outChannels]! += b0;
            sums[at + outChannels + 1]! += b1;
            sums[at + outChannels + 2]! += b2;
            sums[at + outChannels + 3]! += b3;
          }
          for (; channel < outChannels; channel++) {
            let a = 0;
            let other = 0;
            let xi = xFirst;
            for (let i = dyStart + channel; i < dyEnd; i += outChannels) {
              a += pixels[xi]! * dy[i]!;
              other += pixels[xi + xSecond]! * dy[i]!;
              xi += step;
            }
            sums[sumsFirst + channel]! += a;
            if (pair) sums[sumsFirst + outChannels + channel]! += other;
          }
        }
      }
    }
  }
  dFilter.set(sums);
}
