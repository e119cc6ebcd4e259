import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import {
  type ActivationRange,
  float32ActivationRange,
  quantizedActivationRange,
} from "./activation-range.ts";
import type { Packed } from "./c-twin.ts";
import { requireSameQuantization, tensorOfType } from "./requirements.ts";
import { makeStep, type Step } from "./step.ts";
import {
  type AlongRow,
  type AlongRuns,
  type WindowParams,
  windowParams,
  windowTaps,
} from "./window.ts";
import { packWindow } from "./window-twin.ts";

/** What a pool needs to slide over an image of any type. */
export type PoolParams = WindowParams & ActivationRange;

/** The same for loops over the cells of a pool that lie inside the image. */
export type PoolLoopParams = PoolParams & {
  /** As `windowTaps`, but from the first cell inside the image on; none that cannot be inside, however large the pool is. */
  readonly taps: Int32Array; // [min(filterHeight, inputHeight), min(filterWidth, inputWidth)]
};

/** `firstCell` is 0 and `origin` the first cell that is inside the image. */
export function fromFirstInside<Input, Output>(
  alongRuns: AlongRuns<PoolLoopParams, Input, Output>,
): AlongRow<PoolLoopParams, Input, Output> {
  return (params, input, output, origin, top, bottom, left, right, outputStart, count) => {
    const { inputWidth, inputChannels } = params;
    const tapsWidth = Math.min(params.filterWidth, inputWidth);
    const isWhole = right - left === tapsWidth;
    const runs = isWhole ? 1 : bottom - top;
    const runCells = isWhole ? (bottom - top) * tapsWidth : right - left;
    const start = origin + (top * inputWidth + left) * inputChannels;
    alongRuns(params, input, output, start, 0, runs, runCells, outputStart, count);
  };
}

/** A step whose output is of the input's type and, if they are integers, stands for the same. */
export function makePoolStep(
  op: OpOf<"average-pool-2d" | "max-pool-2d">,
  graph: Graph,
  /** Without the type: `max_pool_2d`. */
  kernel: string,
  run: (params: PoolLoopParams, input: never, output: never) => void,
): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  if (input.type !== "float32") requireSameQuantization(input, output);
  const { filterHeight: height, filterWidth: width, activation } = op.options;
  const window = windowParams(input.shape, output.shape, { height, width }, op.options);
  return makeStep({
    kernel: `${kernel}_${input.type}`,
    run,
    params: {
      ...window,
      ...(input.type === "float32"
        ? float32ActivationRange(activation)
        : quantizedActivationRange(activation, output)),
    },
    extras: { taps: tapsInside(window) },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function tapsInside(window: WindowParams): Int32Array {
  const { inputHeight, inputWidth, filterHeight, filterWidth } = window;
  const reach = {
    filterHeight: Math.min(filterHeight, inputHeight),
    filterWidth: Math.min(filterWidth, inputWidth),
  };
  return windowTaps({ ...window, ...reach }, 1);
}

/** For pool-2d.h. */
export function poolTwin(params: PoolParams): Packed {
  const { activationMin, activationMax } = params;
  return {
    params: {
      window: packWindow(params),
      activation_min: activationMin,
      activation_max: activationMax,
    },
  };
}
