import { elementCount, type Graph, type Shape, tensorOf } from "@smidgen/graph";
import type { OpScheme, Scheme } from "../scheme.ts";
import { clamp, roundHalfAwayFromZero } from "../rounding.ts";
import { isWeighted, type WeightedOp } from "./equalisable-pairs.ts";

/** Where a layer's weights may lie: multiples of a scale, from −limit to limit. */
export interface WeightGrid {
  readonly limit: number;
  /** Axis of the filter whose slices have a scale each; undefined: one for all. */
  readonly channelAxis: number | undefined;
}

/** The grid of a layer's weights, or nothing where they stay floats. */
export function weightGrid(
  { kind }: WeightedOp,
  weights: number,
  opScheme: OpScheme,
  scheme: Scheme,
): WeightGrid | undefined {
  const { convWeights = "per-channel", denseWeights = "per-tensor" } = scheme;
  if (opScheme === "float32" || opScheme === "float16") return undefined;
  const isFloatOtherwise = opScheme === "weights-int8" || opScheme === "dynamic-range";
  if (isFloatOtherwise && weights < (scheme.smallestWeights ?? 1024)) return undefined;
  const limit = opScheme === "int4" ? 7 : 127;
  const scales = kind === "fully-connected" ? denseWeights : convWeights;
  const axis = kind === "depthwise-conv-2d" ? 3 : 0;
  return { limit, channelAxis: scales === "per-channel" ? axis : undefined };
}

/** Slices of a filter that share a scale, as positions in it. */
export function slicesOf(shape: Shape, channelAxis: number | undefined): readonly Uint32Array[] {
  const count = shape.reduce((product, size) => product * size, 1);
  if (channelAxis === undefined) return [Uint32Array.from({ length: count }, (_, i) => i)];
  const inner = shape.slice(channelAxis + 1).reduce((product, size) => product * size, 1);
  const channels = shape[channelAxis] ?? 1;
  const slices = Array.from({ length: channels }, () => new Uint32Array(count / channels));
  const filled = new Uint32Array(channels);
  for (let i = 0; i < count; i++) {
    const channel = Math.floor(i / inner) % channels;
    (slices[channel] as Uint32Array)[filled[channel] as number] = i;
    filled[channel] = (filled[channel] as number) + 1;
  }
  return slices;
}

/** The scale that quantization gives to weights whose largest magnitude this is. */
export function gridScale(magnitude: number, limit: number): number {
  return Math.fround((magnitude === 0 ? 5e-7 : magnitude) / limit);
}

/** Weights as they will be: each the nearest on the grid. */
export function onGrid(
  values: Float32Array,
  shape: Shape,
  { limit, channelAxis }: WeightGrid,
): Float32Array {
  const result = new Float32Array(values.length);
  for (const slice of slicesOf(shape, channelAxis)) {
    const magnitude = slice.reduce((most, i) => Math.max(most, Math.abs(values[i] as number)), 0);
    const scale = gridScale(magnitude, limit);
    for (const i of slice) {
      const steps = roundHalfAwayFromZero((values[i] as number) / scale);
      result[i] = clamp(steps, -limit, limit) * scale;
    }
  }
  return result;
}

/** The layers of a float graph with constant weights, and what their scheme makes of them. */
export function weightedLayers(
  graph: Graph,
  opSchemes: readonly OpScheme[],
  scheme: Scheme,
): readonly {
  readonly op: WeightedOp;
  readonly position: number;
  readonly name: string;
  readonly grid: WeightGrid | undefined;
}[] {
  return graph.ops.flatMap((op, position) =>
    isWeighted(op, graph)
      ? [
          {
            op,
            position,
            name: tensorOf(graph, op.outputs[0]).name,
            grid: weightGrid(
              op,
              elementCount(tensorOf(graph, op.inputs[1]).shape),
              opSchemes[position] as OpScheme,
              scheme,
            ),
          },
        ]
      : [],
  );
}
