/** `same`: as many output cells as strides fit in the input. `valid`: windows stay inside the input. */
export type Padding = "same" | "valid";

/** What is applied to an operator's result before it is stored. */
export type Activation = "none" | "relu" | "relu-n1-to-1" | "relu6" | "tanh" | "sign-bit";

/** One spatial axis of a convolution or pooling. All in cells. */
export interface Window {
  readonly input: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Padding;
}

/**
 * Output cells along one axis; 0 or less when the window does not fit.
 *
 * Source: `ComputeOutSize`, tensorflow/lite/kernels/padding.h.
 */
export function windowOutput({ input, filter, stride, dilation, padding }: Window): number {
  const reach = (filter - 1) * dilation + 1;
  return padding === "same" ? Math.ceil(input / stride) : Math.ceil((input - reach + 1) / stride);
}

/**
 * Padding cells before the first input cell; what is left over goes behind the last.
 *
 * Source: `ComputePaddingWithOffset`, tensorflow/lite/kernels/padding.h.
 */
export function paddingBefore(window: Window): number {
  const reach = (window.filter - 1) * window.dilation + 1;
  const total = (windowOutput(window) - 1) * window.stride + reach - window.input;
  return total > 0 ? Math.floor(total / 2) : 0;
}
