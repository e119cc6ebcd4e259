import type { Kernels } from "./kernels.ts";
import type { Parameters } from "./parameters.ts";

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Adam over all trained weights of an engine. */
export interface Adam {
  /** Steps made so far. */
  readonly iterations: () => number;
  readonly step: (learningRate: number) => void;
  /** As if so many steps had been made; the moments are the caller's. */
  readonly resume: (steps: number) => void;
}

/**
 * With the arithmetic of TensorFlow.js: the powers of both betas are float32, multiplied on with every
 * step. For an optimizer that goes on after i steps they are what i steps would have made of them, so
 * that stopping leaves no trace; TensorFlow.js takes `betaⁱ⁺¹` there, which differs in the last digit.
 *
 * Source: `AdamOptimizer`, tfjs-core/src/optimizers/adam_optimizer.ts.
 */
export function adam(
  kernels: Kernels,
  parameters: Parameters,
  { beta1, beta2, epsilon }: AdamSettings,
  stepsBefore: number,
): Adam {
  const { fround } = Math;
  const { weightsAt, gradientsAt, firstMomentsAt, secondMomentsAt, floats } = parameters;
  let iterations: number;
  let power1: number;
  let power2: number;
  resume(stepsBefore);

  function resume(steps: number): void {
    iterations = steps;
    power1 = powerAfter(beta1, steps);
    power2 = powerAfter(beta2, steps);
  }

  return {
    iterations: () => iterations,
    resume,
    step(learningRate) {
      kernels.adam(
        weightsAt,
        firstMomentsAt,
        secondMomentsAt,
        gradientsAt,
        floats,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        learningRate,
        1 / fround(1 - power1),
        1 / fround(1 - power2),
        epsilon,
      );
      power1 = fround(power1 * fround(beta1));
      power2 = fround(power2 * fround(beta2));
      iterations++;
    },
  };
}

function powerAfter(beta: number, steps: number): number {
  const { fround } = Math;
  let power = fround(beta);
  for (let step = 0; step < steps && power > 0; step++) power = fround(power * fround(beta));
  return power;
}
