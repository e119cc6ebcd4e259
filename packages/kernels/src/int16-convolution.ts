import { type Int16Filter, int16OfSum } from "./filter-operands.ts";
import {
  alongRow,
  type AtWindow,
  forEachWindow,
  type WindowParams,
  type WindowSum,
} from "./window.ts";

/** A convolution of int16, with or without depth. */
export type Int16ConvolutionParams = WindowParams & Int16Filter<Float64Array>;

/** The loop of such a convolution. */
export function int16Convolution<P extends Int16ConvolutionParams>(
  windowSum: WindowSum<P, Int16Array>,
): (params: P, input: Int16Array, output: Int16Array) => void {
  const atWindow: AtWindow<P, Int16Array, Int16Array> = (
    params,
    input,
    output,
    origin,
    top,
    bottom,
    left,
    right,
    outputStart,
  ) => {
    for (let channel = 0; channel < params.outputChannels; channel++) {
      const sum = windowSum(params, input, 0, origin, top, bottom, left, right, channel);
      output[outputStart + channel] = int16OfSum(params, sum, channel);
    }
  };
  const row = alongRow(atWindow);
  return (params, input, output) => forEachWindow(row, params, input, output);
}
