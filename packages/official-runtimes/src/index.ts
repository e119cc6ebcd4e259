export {
  type KnownDifference,
  knownDifference,
  type OfficialRuntimeName,
} from "./known-differences.ts";
export { loadLiteRt } from "./litert.ts";
export { bytesOf, type OfficialModel, type OfficialOperand } from "./official-runtime.ts";
export { loadTfliteRuntime } from "./tflite-runtime.ts";
