import type { OpOf, Tensor } from "@smidgen/graph";
import type { ActivationRanges } from "./activation-ranges.ts";
import { int16Activations } from "./int16-activations.ts";
import type { PerTensor } from "./op-rules.ts";
import { activationOf, type Operand, scalesOf } from "./operands.ts";
import { quantizeAffine, quantizeBias } from "./quantize-affine.ts";
import { isFloatConstant } from "./quantize-constants.ts";
import { clamp, roundHalfAwayFromZero } from "./rounding.ts";
import type { Converter } from "./scheme.ts";

const { fround } = Math;

/**
 * The constants and the state of an SVDF: feature weights in int8, time weights in 10 of 16 bits, so that six stay free
 * for their sum, state in int16, bias in int32.
 *
 * Source: `BuiltinOperator_SVDF` in tensorflow/lite/tools/optimize/operator_property.cc, and `processConstantOp` in
 * tensorflow/compiler/mlir/lite/transforms/prepare_quantize_helper.h for the 10 bits.
 */
export function quantizeSvdf(
  operands: readonly Operand[],
  ranges: ActivationRanges,
  converter: Converter,
): readonly Operand[] {
  const [, features, times, bias, state] = [0, 1, 2, 3, 4].map((position) =>
    operands.find((operand) => operand.position === position),
  );
  const replaced = new Map<Operand, Tensor>();
  if (features) replaced.set(features, symmetricWeights(features.tensor, converter));
  const storedTimes = times && timeWeights(times.tensor);
  if (times && storedTimes) replaced.set(times, storedTimes);
  const stateQuantization = state && ranges.calibrated(state.tensor.name, int16Activations);
  if (state && stateQuantization) {
    replaced.set(state, { ...state.tensor, type: "int16", quantization: stateQuantization });
  }
  if (bias && storedTimes && stateQuantization) {
    const scale = fround(stateQuantization.scale * (scalesOf(storedTimes)[0] ?? 0));
    replaced.set(bias, storedBias(bias.tensor, scale));
  }
  return operands.map((operand) => withTensor(operand, replaced.get(operand)));
}

/**
 * The constants and the cell state of an LSTM: every weight matrix in int8 with a scale of its own, biases in int32,
 * cell state in int16 with a power of two that covers its range (and what kernels take: 2⁻¹⁵ to 2⁻⁹). The output state
 * is stored like the output, which is not known yet.
 *
 * Source: `BuiltinOperator_UNIDIRECTIONAL_SEQUENCE_LSTM` in tensorflow/lite/tools/optimize/operator_property.cc;
 * `PowerOfTwoBound` in tensorflow/compiler/mlir/lite/transforms/prepare_quantize_helper.cc.
 */
export function quantizeLstm(
  operands: readonly Operand[],
  ranges: ActivationRanges,
  converter: Converter,
): readonly Operand[] {
  const inputScale = activationOf(operands).scale;
  const isMatrix = ({ position }: Operand) => position >= 1 && position <= 8;
  const matrices = new Map(
    operands
      .filter(isMatrix)
      .map((operand) => [operand.position, symmetricWeights(operand.tensor, converter)] as const),
  );
  return operands.map((operand) => {
    const { position, tensor } = operand;
    if (isMatrix(operand)) return withTensor(operand, matrices.get(position));
    if (position >= 12 && position <= 15) {
      const [weightScale = 0] = scalesOf(matrices.get(position - 11) ?? tensor);
      return withTensor(operand, storedBias(tensor, fround(inputScale * weightScale)));
    }
    if (position !== 19) return operand;
    const power = Math.ceil(Math.log2(ranges.magnitude(tensor.name)));
    const scale = 2 ** (clamp(power, 0, 6) - 15);
    const quantization: PerTensor = { kind: "per-tensor", scale, zeroPoint: 0 };
    return withTensor(operand, { ...tensor, type: "int16", quantization });
  });
}

/** What about an LSTM no integer kernel computes. */
export function lstmProblems({ inputs }: OpOf<"unidirectional-sequence-lstm">): readonly string[] {
  const has = (...positions: readonly number[]) => positions.some((i) => inputs[i] !== undefined);
  return [
    ...(inputs[1] === undefined ? ["it has no input gate"] : []),
    ...(has(9, 10, 11) ? ["it has peepholes"] : []),
    ...(has(16, 17) ? ["it has a projection"] : []),
    ...(has(20, 21, 22, 23) ? ["it has layer norms"] : []),
  ];
}

/** Names of an LSTM's intermediates, of which the last is stored like the output. */
export const intermediateNames = [
  "input_to_input_intermediate",
  "input_to_forget_intermediate",
  "input_to_cell_intermediate",
  "input_to_output_intermediate",
  "effective_hidden_scale_intermediate",
] as const;

function withTensor(operand: Operand, tensor: Tensor | undefined): Operand {
  return tensor === undefined ? operand : { ...operand, tensor };
}

function symmetricWeights(tensor: Tensor, converter: Converter): Tensor {
  if (!isFloatConstant(tensor)) return tensor;
  const { weights: data, weightsQuantization: quantization } = quantizeAffine(
    {
      weights: tensor.data,
      shape: tensor.shape,
      channelAxis: undefined,
      bias: undefined,
      inputScale: 1,
    },
    { largestWeight: 127, biasType: "int32", converter },
  );
  return { ...tensor, type: "int8", quantization, data };
}

function storedBias(tensor: Tensor, scale: number): Tensor {
  if (!isFloatConstant(tensor)) return tensor;
  const quantization: PerTensor = { kind: "per-tensor", scale, zeroPoint: 0 };
  return { ...tensor, type: "int32", quantization, data: quantizeBias(tensor.data, scale) };
}

/** −512…512. */
function timeWeights(tensor: Tensor): Tensor {
  if (!isFloatConstant(tensor)) return tensor;
  const largest = tensor.data.reduce((most, value) => Math.max(most, Math.abs(value)), 5e-7);
  const scale = fround(largest / 512);
  const data = Int16Array.from(tensor.data, (value) =>
    clamp(roundHalfAwayFromZero(value / scale), -512, 512),
  );
  const quantization: PerTensor = { kind: "per-tensor", scale, zeroPoint: 0 };
  return { ...tensor, type: "int16", quantization, data };
}
