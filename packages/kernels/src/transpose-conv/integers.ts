import {
  type AtOutputCell,
  forEachOutputCell,
  type TransposeConvGeometry,
} from "./transpose-conv.ts";

/** A transposed convolution of integers. */
export type TransposeConvIntegersParams = TransposeConvGeometry & {
  readonly filter: Int8Array; // [outputChannels, filterHeight, filterWidth, inputChannels]
  /** −zeroPoint */
  readonly inputOffset: number;
};

/**
 * The loop of such a convolution: `ofSum` is what is stored of `Σ filter · (input + inputOffset)`.
 *
 * A double holds the sum of up to 2³⁰ products of int16 and int8 exactly.
 *
 * C twin: transpose-conv.h.
 */
export function transposeConvIntegers<
  P extends TransposeConvIntegersParams,
  Elements extends Int8Array | Int16Array,
>(
  ofSum: (params: P, sum: number, channel: number) => number,
): (params: P, input: Elements, output: Elements) => void {
  const convolveAt: AtOutputCell<P, Elements, Elements> = (
    params,
    input,
    output,
    inputStart,
    top,
    bottom,
    left,
    right,
    filterY,
    filterX,
    outputStart,
  ) => {
    const { inputWidth, inputChannels, outputChannels, filterHeight, filterWidth } = params;
    const { strideHeight, strideWidth, filter, inputOffset } = params;
    for (let channel = 0; channel < outputChannels; channel++) {
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        const filterRow = channel * filterHeight + filterY - y * strideHeight;
        for (let x = left; x < right; x++) {
          const weight = (filterRow * filterWidth + filterX - x * strideWidth) * inputChannels;
          const cell = inputStart + (y * inputWidth + x) * inputChannels;
          for (let i = 0; i < inputChannels; i++) {
            sum += filter[weight + i]! * (input[cell + i]! + inputOffset);
          }
        }
      }
      output[outputStart + channel] = ofSum(params, sum, channel);
    }
  };
  return (params, input, output) => forEachOutputCell(convolveAt, params, input, output);
}
