export { isCIdentifier, toCIdentifier } from "./c-identifier.ts";
export { generateC, type GenerateCOptions } from "./generate-c.ts";
export type { Layout } from "./layouts.ts";
export type { CMeasurement } from "./print-readme.ts";
export { generateModelArray, type ModelArrayOptions } from "./generate-model-array.ts";
export type { SourceFile } from "./source-file.ts";
export { type Target, targets } from "./targets.ts";
