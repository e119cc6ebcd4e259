import { axisWithin, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** Inputs of one shape, stacked along a new dimension `axis` (negative: from behind the end). */
export interface Pack {
  readonly kind: "pack";
  readonly inputs: readonly [first: TensorId, ...others: TensorId[]];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly axis: number };
}

export const pack: OpRules<Pack> = {
  inputs: ["input…"],
  outputs: ["output"],
  outputShapes({ inputs, options }, tensors) {
    const first = shapeAt(tensors, inputs[0]);
    for (const id of inputs) {
      const shape = shapeAt(tensors, id);
      requireRule(
        shape.join() === first.join(),
        `[${shape.join(", ")}] cannot be stacked on [${first.join(", ")}]`,
      );
    }
    return [first.toSpliced(axisWithin(options.axis, first.length + 1), 0, inputs.length)];
  },
};
