export {
  type GoldenFile,
  type GoldenMeta,
  type GoldenModel,
  type GoldenTensor,
  goldenModels,
} from "./golden.ts";
export { loadLiteRt } from "./litert.ts";
export { bytesOf, type OfficialModel, type OfficialOperand } from "./official-runtime.ts";
export { announceSkipped, sharedFolder } from "./shared-folder.ts";
export { loadTfliteRuntime } from "./tflite-runtime.ts";
