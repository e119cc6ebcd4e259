import type { Graph, OpOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import type { Numerics, Step } from "../step.ts";
import { resizeBilinearInt8Single } from "./int8-single.ts";
import { type BilinearParams, makeBilinearStep, type NeighborsOf } from "./bilinear-step.ts";

/** A cell in fixed point, the unit of distances. */
const one = 1024;

/**
 * Four products of stored integers with weights of 10 fractional bits each; the sum is rounded half away from zero.
 *
 * Source: `ResizeBilinearInteger`, tensorflow/lite/kernels/internal/reference/resize_bilinear.h.
 */
export function resizeBilinearInt8(
  op: OpOf<"resize-bilinear">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  tensorOfType(graph, op.outputs[0], "output", "int8");
  if (rounding === "single") return resizeBilinearInt8Single(op, graph);
  return makeBilinearStep(op, graph, {
    kernel: "resize_bilinear_int8",
    neighborsOf,
    stored: (distances) => Int32Array.from(distances),
    interpolateAt,
  });
}

const neighborsOf: NeighborsOf = (cell, inputSize, outputSize, options) => {
  const [from, to] =
    options.alignCorners && outputSize > 1
      ? [inputSize - 1, outputSize - 1]
      : [inputSize, outputSize];
  const scale = Math.trunc((one * from + Math.trunc(to / 2)) / to);
  const place = options.halfPixelCenters
    ? cell * scale + Math.trunc(scale / 2) - one / 2
    : cell * scale;
  // The scale is rounded, so that the last cells of a large output can lie behind the input.
  const before = clamp(Math.trunc(place / one), 0, inputSize - 1);
  const behind = Math.min(Math.trunc((place + one - 1) / one), inputSize - 1);
  return { before, behind, distance: place - before * one };
};

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
  const up = one - down;
  const across = columnDistances[x]!;
  const back = one - across;
  for (let i = 0; i < channels; i++) {
    const sum =
      input[topLeft + i]! * up * back +
      input[bottomLeft + i]! * down * back +
      input[topRight + i]! * up * across +
      input[bottomRight + i]! * down * across;
    const half = sum > 0 ? 2 ** 19 : -(2 ** 19);
    output[outputStart + i] = ((sum + half) / 2 ** 20) | 0;
  }
}
