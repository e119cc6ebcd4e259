import { type OpRules, resizedShape } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/**
 * Each output cell is interpolated between its four nearest input cells.
 *
 * input [batch, height, width, channels], size int32 constant [outHeight, outWidth]
 * → [batch, outHeight, outWidth, channels].
 * `alignCorners`: the corner cells' centers coincide. `halfPixelCenters`: cells are squares with their center at ½.
 */
export interface ResizeBilinear {
  readonly kind: "resize-bilinear";
  readonly inputs: readonly [input: TensorId, size: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly alignCorners: boolean; readonly halfPixelCenters: boolean };
}

export const resizeBilinear: OpRules<ResizeBilinear> = {
  inputs: ["input", "size"],
  outputs: ["output"],
  outputShapes: ({ inputs: [input, size], options }, tensors) => [
    resizedShape(tensors, input, size, options),
  ],
};
