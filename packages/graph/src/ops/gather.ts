import { axisWithin, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/**
 * Slices of the input along `axis`, chosen by int32 positions.
 *
 * input [outer…, size, inner…], positions of any shape → [outer…, positions…, inner…]. The first `batchDims`
 * dimensions are common to both.
 */
export interface Gather {
  readonly kind: "gather";
  readonly inputs: readonly [input: TensorId, positions: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly axis: number; readonly batchDims: number };
}

export const gather: OpRules<Gather> = {
  inputs: ["input", "positions"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, positionsId], options }, tensors) {
    const input = shapeAt(tensors, inputId);
    const positions = shapeAt(tensors, positionsId);
    const axis = axisWithin(options.axis, input.length);
    const batchDims =
      options.batchDims < 0 ? options.batchDims + positions.length : options.batchDims;
    requireRule(
      batchDims >= 0 && batchDims <= axis && batchDims <= positions.length,
      `${options.batchDims} batch dimensions do not fit axis ${axis}`,
    );
    requireRule(
      input.slice(0, batchDims).join() === positions.slice(0, batchDims).join(),
      `the first ${batchDims} dimensions of input and positions differ`,
    );
    return [[...input.slice(0, axis), ...positions.slice(batchDims), ...input.slice(axis + 1)]];
  },
};
