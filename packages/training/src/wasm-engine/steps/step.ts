import type { Kernels } from "../kernels.ts";
import type { Parameters } from "../parameters.ts";
import type { Allocate } from "../tensor.ts";

/** One layer of a plan, or several in one: addresses and sizes are fixed, the batch's size is not. */
export interface Step {
  readonly forward: (pass: Pass) => void;
  /** From the gradient of its output to those of its weights and, if that has one, of its input. */
  readonly backward: (pass: Pass) => void;
}

export interface Pass {
  /** Examples, at most as many as the plan has room for. */
  readonly count: number;
  /** In training, which step of the optimizer this is, from 0. */
  readonly training: number | undefined;
}

/** What steps are made of. */
export interface Workshop {
  readonly kernels: Kernels;
  readonly allocate: Allocate;
  /** Where so many floats of one value are. */
  readonly constant: (length: number, value: number) => number;
  readonly parameters: Parameters;
  /** How many examples to have room for. */
  readonly capacity: number;
  /** Of the random numbers. */
  readonly seed: number;
}
