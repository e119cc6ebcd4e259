export {
  bytesOf,
  type KnownDifference,
  knownDifference,
  loadLiteRt,
  loadTfliteRuntime,
  type OfficialModel,
  type OfficialOperand,
} from "@smidgen/official-runtimes";
export {
  type GoldenFile,
  type GoldenMeta,
  type GoldenModel,
  type GoldenTensor,
  goldenModels,
} from "./golden.ts";
export { announceSkipped, sharedFolder } from "./shared-folder.ts";
export { type KerasWeights, writeKerasArchive, writeLegacyH5 } from "./keras-writer.ts";
