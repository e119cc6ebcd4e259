import { type OpRules, requireBias, requireRule, shapeAt } from "../op-rules.ts";
import type { Activation } from "../spatial.ts";
import { elementCount, type TensorId } from "../tensor.ts";

/**
 * `output = activation(input · filterᵀ + bias)`
 *
 * input [batch, depth] (any shape whose elements divide by depth), filter [units, depth],
 * bias [units] → [batch, units], or the input's shape with its last dimension replaced if `keepNumDims`.
 */
export interface FullyConnected {
  readonly kind: "fully-connected";
  readonly inputs: readonly [input: TensorId, filter: TensorId, bias: TensorId | undefined];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly activation: Activation;
    readonly keepNumDims: boolean;
    /** How floats that meet integer weights are quantized: with a zero point, or (default) without. */
    readonly asymmetricQuantizeInputs?: boolean;
  };
}

export const fullyConnected: OpRules<FullyConnected> = {
  inputs: ["input", "filter", "bias"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, filterId, biasId], options }, tensors) {
    const input = shapeAt(tensors, inputId);
    const filter = shapeAt(tensors, filterId);
    const [units, depth] = filter;
    requireRule(
      units !== undefined && depth !== undefined && filter.length === 2,
      `filter has rank ${filter.length}, 2 expected`,
    );
    requireBias(tensors, biasId, units);
    if (options.keepNumDims) {
      requireRule(
        input.at(-1) === depth,
        `last dimension of input is ${input.at(-1)}, depth of filter is ${depth}`,
      );
      return [[...input.slice(0, -1), units]];
    }
    const count = elementCount(input);
    requireRule(
      count % depth === 0,
      `input has ${count} elements, which do not divide by depth ${depth}`,
    );
    return [[count / depth, units]];
  },
  multiplyAccumulates: ({ inputs: [input, filter] }, tensors) =>
    elementCount(shapeAt(tensors, input)) * (shapeAt(tensors, filter)[0] ?? 0),
};
