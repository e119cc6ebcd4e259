export {
  createInterpreter,
  type Interpreter,
  type InterpreterOptions,
} from "./create-interpreter.ts";
export {
  type ClassifierEvaluation,
  evaluateClassifier,
  type LabelledExamples,
} from "./evaluate-classifier.ts";
export {
  arenaAlignment,
  type MemoryPlan,
  type Overwrite,
  type Planner,
  planMemory,
  type PlanOptions,
  type ScratchPlace,
  type TensorPlace,
} from "./plan-memory.ts";
export type { StepProfile } from "./step-profile.ts";
export { dequantize, quantizeInto, type TensorView } from "./tensor-view.ts";
