import { type OpRules, resizedShape } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/**
 * Each output cell takes the nearest input cell.
 *
 * input [batch, height, width, channels], size int32 constant [outHeight, outWidth]
 * → [batch, outHeight, outWidth, channels].
 * `alignCorners`: the corner cells' centers coincide. `halfPixelCenters`: cells are squares with their center at ½.
 */
export interface ResizeNearestNeighbor {
  readonly kind: "resize-nearest-neighbor";
  readonly inputs: readonly [input: TensorId, size: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly alignCorners: boolean; readonly halfPixelCenters: boolean };
}

export const resizeNearestNeighbor: OpRules<ResizeNearestNeighbor> = {
  inputs: ["input", "size"],
  outputs: ["output"],
  outputShapes: ({ inputs: [input, size], options }, tensors) => [
    resizedShape(tensors, input, size, options),
  ],
};
