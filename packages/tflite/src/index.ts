export type { ByteUse } from "./byte-use.ts";
export { type ReadOptions, readTflite } from "./read-tflite.ts";
export { type RepackOptions, type Repacked, repackTflite } from "./repack-tflite.ts";
export { writeTflite } from "./write-tflite.ts";
