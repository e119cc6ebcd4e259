export {
  findUnsupported,
  prepareStep,
  prepareSteps,
  type UnsupportedOperator,
} from "./prepare-step.ts";
export type { KernelParams, Numerics, Overlap, Rounding, Step, StepMemory } from "./step.ts";
