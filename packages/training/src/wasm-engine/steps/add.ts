import { everything, type Add } from "../network.ts";
import { addresses, type Placed, type Tensor } from "../tensor.ts";
import type { Step, Workshop } from "./step.ts";

/** y = clamp(x[0] + x[1] + …), all of one shape */
export function addStep(
  { kernels }: Workshop,
  { range }: Add,
  inputs: readonly Tensor[],
  y: Tensor,
): Step {
  const rowBytes = y.width * y.channels * 4;
  return {
    forward: ({ count }) =>
      sumInto(
        kernels,
        inputs.map(({ value }) => value),
        y,
        y.value,
        count,
        range,
      ),
    backward({ count }) {
      for (const { gradient } of inputs) {
        if (gradient === undefined) continue;
        kernels.clampRowsBackward(
          ...addresses(y.gradient!),
          ...addresses(y.value),
          ...addresses(gradient),
          count,
          y.height,
          rowBytes,
          range.lo,
          range.hi,
        );
      }
    },
  };
}

/** Where several layers take one tensor, its gradient is the sum of what they make of it: x.gradient = Σ parts. */
export function forkStep({ kernels }: Workshop, x: Tensor, parts: readonly Placed[]): Step {
  return {
    forward() {},
    backward: ({ count }) => sumInto(kernels, parts, x, x.gradient!, count, everything),
  };
}

/** to = clamp(Σ parts), two parts or more */
function sumInto(
  kernels: Workshop["kernels"],
  [first, ...others]: readonly Placed[],
  { height, width, channels }: Tensor,
  to: Placed,
  count: number,
  { lo, hi }: Add["range"],
): void {
  let sum = first!;
  for (const [i, part] of others.entries()) {
    const isLast = i === others.length - 1;
    kernels.addRows(
      ...addresses(sum),
      ...addresses(part),
      ...addresses(to),
      count,
      height,
      width * channels * 4,
      isLast ? lo : -Infinity,
      isLast ? hi : Infinity,
    );
    sum = to;
  }
}
