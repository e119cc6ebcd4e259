import type { Graph, OpOf } from "@smidgen/graph";
import { roundHalfToEven } from "../rounding.ts";
import type { Step } from "../step.ts";
import { type BilinearParams, makeBilinearStep } from "./bilinear-step.ts";
import { neighborsSingle } from "./neighbors-single.ts";

/**
 * Distances of 11 fractional bits, from places computed in float32; between columns first, then between rows, and one
 * rounding, half up.
 *
 * Source: `xnn_indirection_init_resize_bilinear2d_hwc_q11`, xnnpack/src/indirection.c, and
 * `xnn_s8_ibilinear_ukernel__scalar_u1`, xnnpack/src/s8-ibilinear.
 */
export function resizeBilinearInt8Single(op: OpOf<"resize-bilinear">, graph: Graph): Step {
  return makeBilinearStep(op, graph, {
    kernel: "resize_bilinear_int8_single",
    neighborsOf: neighborsSingle,
    stored: (distances) =>
      Int32Array.from(distances, (distance) => roundHalfToEven(distance * 2048)),
    interpolateAt,
  });
}

function interpolateAt(
  { channels, rowDistances, columnDistances }: BilinearParams,
  input: Int8Array,
  output: Int8Array,
  y: number,
  x: number,
  topLeft: number,
  topRight: number,
  bottomLeft: number,
  bottomRight: number,
  outputStart: number,
): void {
  const down = rowDistances[y]!;
  const across = columnDistances[x]!;
  for (let i = 0; i < channels; i++) {
    const left = input[topLeft + i]!;
    const top = (left << 11) + (input[topRight + i]! - left) * across;
    const lowerLeft = input[bottomLeft + i]!;
    const bottom = (lowerLeft << 11) + (input[bottomRight + i]! - lowerLeft) * across;
    const sum = (top << 11) + (bottom - top) * down;
    output[outputStart + i] = (sum + 2 ** 21) >> 22;
  }
}
