export { type ReadOptions, readTflite } from "./read-tflite.ts";
export { writeTflite } from "./write-tflite.ts";
