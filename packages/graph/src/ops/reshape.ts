import { int32ConstantAt, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import { elementCount, type TensorId } from "../tensor.ts";

/**
 * The same elements in the same order under another shape.
 *
 * `newShape` may hold one −1, which becomes whatever is left. The optional operand is an int32 constant
 * with the same contents; files have either or both.
 */
export interface Reshape {
  readonly kind: "reshape";
  readonly inputs: readonly [input: TensorId, shape: TensorId | undefined];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly newShape: readonly number[] };
}

export const reshape: OpRules<Reshape> = {
  inputs: ["input", "shape"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, shapeId], options: { newShape } }, tensors) {
    const count = elementCount(shapeAt(tensors, inputId));
    if (shapeId !== undefined) {
      const operand = int32ConstantAt(tensors, shapeId, "shape");
      requireRule(
        operand.join() === newShape.join(),
        `shape operand is [${operand.join(", ")}], newShape is [${newShape.join(", ")}]`,
      );
    }
    const known = elementCount(newShape.filter((size) => size !== -1));
    const shape = newShape.map((size) => (size === -1 ? count / known : size));
    requireRule(
      newShape.filter((size) => size === -1).length <= 1 && elementCount(shape) === count,
      `${count} elements do not fit in [${newShape.join(", ")}]`,
    );
    return [shape];
  },
};
