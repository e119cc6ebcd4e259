export type { ByteUse } from "./byte-use.ts";
export type { ArenaNeed, ArenaRequest } from "./inspect/arena-requests.ts";
export type { Json } from "./inspect/row-to-json.ts";
export type {
  InspectedMetadata,
  InspectedOperator,
  InspectedOperatorCode,
  InspectedQuantization,
  InspectedSignature,
  InspectedSubgraph,
  InspectedTensor,
  Inspection,
} from "./inspect/inspection.ts";
export { inspectTflite } from "./inspect-tflite.ts";
export { type Finding, type LintOptions, lintTflite } from "./lint-tflite.ts";
export type { FindingCode, Severity } from "./lint/catalogue.ts";
export { type Runtime, runtimeBuilds } from "./lint/operator-support.ts";
export type { PlannedOffset } from "./offline-memory-plan.ts";
export { type ReadOptions, readTflite } from "./read-tflite.ts";
export { type Repacked, type RepackOptions, repackTflite } from "./repack-tflite.ts";
export { type WriteOptions, writeTflite } from "./write-tflite.ts";
