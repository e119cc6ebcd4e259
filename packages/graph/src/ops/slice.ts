import { int32ConstantAt, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** A box of the input. begin, size: int32 constants [rank]; a size of −1 reaches to the end. */
export interface Slice {
  readonly kind: "slice";
  readonly inputs: readonly [input: TensorId, begin: TensorId, size: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const slice: OpRules<Slice> = {
  inputs: ["input", "begin", "size"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, beginId, sizeId] }, tensors) {
    const input = shapeAt(tensors, inputId);
    const begin = int32ConstantAt(tensors, beginId, "begin");
    const size = int32ConstantAt(tensors, sizeId, "size");
    requireRule(
      begin.length === input.length && size.length === input.length,
      `begin has ${begin.length} and size ${size.length} entries for a rank of ${input.length}`,
    );
    return [
      input.map((whole, axis) => {
        const from = begin[axis] as number;
        const count = size[axis] === -1 ? whole - from : (size[axis] as number);
        requireRule(
          from >= 0 && count > 0 && from + count <= whole,
          `${count} from ${from} is not inside dimension ${axis} of ${whole}`,
        );
        return count;
      }),
    ];
  },
};
