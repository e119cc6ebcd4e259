import type { TransposeConvGeometry } from "./transpose-conv.ts";

type Params = TransposeConvGeometry & {
  readonly filter: Int8Array; // [outputChannels, filterHeight, filterWidth, inputChannels]
};

/**
 * `Σ filter · (input + inputOffset)` for one channel of an output cell.
 *
 * What lies where is as `AtOutputCell` has it. A double holds the sum of up to 2³⁰ products of int16 and int8 exactly.
 */
export function transposeConvSum(
  params: Params,
  input: Int8Array | Int16Array,
  inputOffset: number,
  inputStart: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  filterY: number,
  filterX: number,
  channel: number,
): number {
  const { inputWidth, inputChannels, filterHeight, filterWidth, filter } = params;
  const { strideHeight, strideWidth } = params;
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
  return sum;
}
