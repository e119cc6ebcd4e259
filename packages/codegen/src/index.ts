export { generateModelArray, type ModelArrayOptions } from "./generate-model-array.ts";
export { isCIdentifier, toCIdentifier } from "./c-identifier.ts";
export type { SourceFile } from "./source-file.ts";
