import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import {
  type ActivationRange,
  float32ActivationRange,
  quantizedActivationRange,
} from "./activation-range.ts";
import type { Packed } from "./c-twin.ts";
import { requireSameQuantization, tensorOfType } from "./requirements.ts";
import { makeStep, type Step } from "./step.ts";
import { type WindowParams, windowParams, windowTaps } from "./window.ts";
import { packWindow } from "./window-twin.ts";

/** What a pool needs to slide over an image of any type. */
export type PoolParams = WindowParams & ActivationRange;

/** The same for the loops here. */
export type PoolLoopParams = PoolParams & {
  readonly taps: Int32Array; // as `windowTaps` has them, for one channel
};

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
    extras: { taps: windowTaps(window, 1) },
    reads: op.inputs,
    writes: op.outputs,
  });
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
