export {
  chooseCTwin,
  type CRecord,
  type CTwin,
  type CTwinRow,
  type InstructionSet,
  type Packed,
} from "./c-twin.ts";
export { type KernelHeader, kernelHeaders } from "./kernel-header.ts";
export {
  findUnsupported,
  prepareStep,
  prepareSteps,
  type UnsupportedOperator,
} from "./prepare-step.ts";
export type { KernelParams, Numerics, Overlap, Rounding, Step, StepMemory } from "./step.ts";
