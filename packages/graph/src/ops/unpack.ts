import { axisWithin, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** The slices of the input along `axis` (negative: from the end), each without that dimension. */
export interface Unpack {
  readonly kind: "unpack";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [first: TensorId, ...others: TensorId[]];
  readonly options: { readonly axis: number; readonly count: number };
}

export const unpack: OpRules<Unpack> = {
  inputs: ["input"],
  outputs: ["output…"],
  outputShapes({ inputs: [inputId], options }, tensors) {
    const input = shapeAt(tensors, inputId);
    const axis = axisWithin(options.axis, input.length);
    requireRule(
      input[axis] === options.count,
      `dimension ${axis} of ${input[axis]} does not unpack into ${options.count}`,
    );
    return Array.from({ length: options.count }, () => input.toSpliced(axis, 1));
  },
};
