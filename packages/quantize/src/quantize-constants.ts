import type { Tensor } from "@smidgen/graph";
import type { Arithmetic, PerTensor } from "./op-rules.ts";
import { activationOf, type Operand } from "./operands.ts";
import { quantizeAffine } from "./quantize-affine.ts";
import { quantizeConstant } from "./quantize-constant.ts";

/**
 * An operator's operands with integers in the place of float constants. Its activations are integers already.
 *
 * `shared` is how constants among activations are stored; without it, as their contents ask for.
 */
export function quantizeConstants(
  operands: readonly Operand[],
  arithmetic: Arithmetic,
  shared?: PerTensor,
): readonly Operand[] {
  const withConstants = operands.map((operand) =>
    operand.rule.kind === "activation" && isFloatConstant(operand.tensor)
      ? { ...operand, tensor: quantizeConstant(operand.tensor, arithmetic.activations, shared) }
      : operand,
  );
  const weights = operands.find(({ rule }) => rule.kind === "weights");
  const bias = operands.find(({ rule }) => rule.kind === "bias");
  if (weights?.rule.kind !== "weights" || !isFloatConstant(weights.tensor)) return withConstants;
  const { type: weightType, channelAxis } = weights.rule;
  const { biasType, converter } = arithmetic;
  const integers = quantizeAffine(
    {
      weights: weights.tensor.data,
      shape: weights.tensor.shape,
      channelAxis,
      bias: bias && isFloatConstant(bias.tensor) ? bias.tensor.data : undefined,
      inputScale: activationOf(withConstants).scale,
    },
    { largestWeight: largestWeights[weightType], biasType, converter },
  );
  return withConstants.map((operand): Operand => {
    const { rule, tensor } = operand;
    if (rule.kind === "weights") {
      const { weights: data, weightsQuantization: quantization } = integers;
      return { ...operand, tensor: { ...tensor, type: weightType, quantization, data } };
    }
    if (rule.kind === "bias") {
      const { bias: data, biasQuantization: quantization } = integers;
      return { ...operand, tensor: { ...tensor, type: biasType, quantization, data } };
    }
    return operand;
  });
}

/** The specification leaves −128 out, and so do those who store four bits −8. */
const largestWeights = { int8: 127, int4: 7 } as const;

export function isFloatConstant(
  tensor: Tensor,
): tensor is Tensor & { readonly data: Float32Array } {
  return tensor.data instanceof Float32Array;
}
