export {
  type Build,
  buildFor,
  type BuildOptions,
  type Optimization,
  optimizations,
} from "./build-for.ts";
export { type Estimate, estimate } from "./estimate.ts";
export {
  findToolchains,
  installHint,
  missingFor,
  type Toolchains,
  type ToolStatus,
} from "./find-toolchains.ts";
export {
  type FlashUse,
  measure,
  type MeasureOptions,
  type Measurement,
  type RamUse,
  type StepInstructions,
} from "./measure.ts";
export { type ModelInterface, modelInterface, type ModelOperand } from "./model-interface.ts";
export { canSanitize, type HostOptions, type HostRun, runOnHost } from "./run-on-host.ts";
export { type Core, type CoreName, coreNames, cores } from "./targets.ts";
export {
  type System,
  systemOf,
  type ToolDescription,
  type ToolName,
  toolNames,
  tools,
} from "./tools.ts";
