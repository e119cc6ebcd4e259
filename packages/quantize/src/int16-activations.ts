import type { ActivationFormat, PerTensor } from "./op-rules.ts";
import type { Range } from "./ranges.ts";

/** int16 around 0: kernels take no other zero point. */
export const int16Activations: ActivationFormat = { type: "int16", quantizationOf };

const largest = 32_767;
/** As wide as what int8 stores at least. */
const nearZero = 1e-6;

/**
 * The scale with which ±32,767 reach the wider end of the range.
 *
 * Source: `GetSymmetricQuantizationParams`, tensorflow/lite/tools/optimize/quantization_utils.cc.
 */
function quantizationOf({ min, max }: Range): PerTensor {
  const magnitude = Math.max(Math.fround(Math.abs(min)), Math.fround(Math.abs(max)), nearZero);
  return { kind: "per-tensor", scale: Math.fround(magnitude / largest), zeroPoint: 0 };
}
