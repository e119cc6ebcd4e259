import {
  type DynamicQuantization,
  type QuantizedInput,
  scaleDynamically,
} from "./dynamic-quantization.ts";
import type { DynamicFilter } from "./filter-operands.ts";
import { clampReal } from "./rounding.ts";
import {
  alongRow,
  type AtWindow,
  forEachWindow,
  type WindowParams,
  type WindowSum,
} from "./window.ts";

const { fround } = Math;

/** A convolution of floats, with or without depth, whose input is quantized while it runs. */
export type DynamicConvolutionParams = WindowParams &
  DynamicQuantization &
  DynamicFilter & {
    readonly scalingOrder: number;
    /** Output elements that are made of one slice of the input. */
    readonly outputsPerSlice: number;
  };

/** The loop of such a convolution. */
export function dynamicConvolution<P extends DynamicConvolutionParams>(
  windowSum: WindowSum<P, Int8Array>,
): (params: P, input: QuantizedInput, output: Float32Array) => void {
  const atWindow: AtWindow<P, QuantizedInput, Float32Array> = (
    params,
    { values, scales, zeroPoints },
    output,
    origin,
    top,
    bottom,
    left,
    right,
    outputStart,
  ) => {
    const { outputChannels, filterScales, bias, scalingOrder, outputsPerSlice } = params;
    const slice = (outputStart / outputsPerSlice) | 0;
    const offset = 0 - zeroPoints[slice]!;
    for (let channel = 0; channel < outputChannels; channel++) {
      const sum = windowSum(params, values, offset, origin, top, bottom, left, right, channel);
      const real = scaleDynamically(sum, scales[slice]!, filterScales[channel]!, scalingOrder);
      const biased = fround(real + bias[channel]!);
      output[outputStart + channel] = clampReal(biased, params.activationMin, params.activationMax);
    }
  };
  const row = alongRow(atWindow);
  return (params, input, output) => forEachWindow(row, params, input, output);
}
