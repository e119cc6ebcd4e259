import type { Graph, OpOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import type { Numerics, Step } from "../step.ts";
import { type BilinearParams, makeBilinearStep, type NeighborsOf } from "./bilinear-step.ts";
import { neighborsSingle } from "./neighbors-single.ts";

const { fround } = Math;

/**
 * Four products with weights, every step rounded to float32 in the order of the reference. The profile decides how
 * places are computed: in large images the distances differ by more than floats should.
 *
 * Source: `ResizeBilinear`, tensorflow/lite/kernels/internal/reference/resize_bilinear.h.
 */
export function resizeBilinearFloat32(
  op: OpOf<"resize-bilinear">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  tensorOfType(graph, op.outputs[0], "output", "float32");
  return makeBilinearStep(op, graph, {
    kernel: "resize_bilinear_float32",
    neighborsOf: rounding === "single" ? neighborsSingle : neighborsOf,
    stored: (distances) => Float32Array.from(distances),
    interpolateAt,
  });
}

const neighborsOf: NeighborsOf = (cell, inputSize, outputSize, options) => {
  const scale =
    options.alignCorners && outputSize > 1
      ? fround((inputSize - 1) / (outputSize - 1))
      : fround(inputSize / outputSize);
  const place = options.halfPixelCenters
    ? fround(fround(fround(cell + 0.5) * scale) - 0.5)
    : fround(cell * scale);
  const before = clamp(Math.floor(place), 0, inputSize - 1);
  const behind = Math.min(Math.ceil(place), inputSize - 1);
  return { before, behind, distance: fround(place - before) };
};

function interpolateAt(
  { channels, rowDistances, columnDistances }: BilinearParams,
  input: Float32Array,
  output: Float32Array,
  y: number,
  x: number,
  topLeft: number,
  topRight: number,
  bottomLeft: number,
  bottomRight: number,
  outputStart: number,
): void {
  const down = rowDistances[y]!;
  const up = fround(1 - down);
  const across = columnDistances[x]!;
  const back = fround(1 - across);
  for (let i = 0; i < channels; i++) {
    let sum = fround(fround(input[topLeft + i]! * up) * back);
    sum = fround(sum + fround(fround(input[bottomLeft + i]! * down) * back));
    sum = fround(sum + fround(fround(input[topRight + i]! * up) * across));
    output[outputStart + i] = sum + fround(fround(input[bottomRight + i]! * down) * across);
  }
}
