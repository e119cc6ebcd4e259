export { loadLiteRt } from "./litert.ts";
export { bytesOf, type OfficialModel, type OfficialOperand } from "./official-runtime.ts";
export { loadTfliteRuntime } from "./tflite-runtime.ts";
