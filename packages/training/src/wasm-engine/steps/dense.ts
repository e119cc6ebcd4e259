import type { Dense } from "../network.ts";
import type { Tensor } from "../tensor.ts";
import { clampedOutput } from "./clamped-output.ts";
import type { Step, Workshop } from "./step.ts";

/** x [count, depth] → y [count, units] */
export function denseStep(workshop: Workshop, layer: Dense, x: Tensor, y: Tensor): Step {
  const { kernels, constant, parameters } = workshop;
  const { range, kernel } = layer;
  const weights = parameters.get(kernel);
  const output = clampedOutput(workshop, layer.bias, range, y);
  const depth = x.channels;
  const units = y.channels;
  const zeros = x.gradient && constant(depth, 0);
  return {
    forward({ count }) {
      kernels.denseForward(
        x.value.at,
        x.value.batchBytes,
        weights.at,
        output.biasAt,
        y.value.at,
        y.value.batchBytes,
        count,
        depth,
        units,
        range.lo,
        range.hi,
      );
    },
    backward({ count }) {
      output.backward(count);
      const dz = y.gradient!;
      if (kernel.isTrained) {
        kernels.denseWeightGradient(
          dz.at,
          dz.batchBytes,
          x.value.at,
          x.value.batchBytes,
          weights.gradientAt,
          count,
          depth,
          units,
        );
      }
      if (x.gradient !== undefined) {
        kernels.denseInputGradient(
          dz.at,
          dz.batchBytes,
          weights.at,
          zeros!,
          x.gradient.at,
          x.gradient.batchBytes,
          count,
          depth,
          units,
        );
      }
    },
  };
}
