export {
  datasetNames,
  type Dataset,
  type DatasetName,
  type DatasetSource,
  type Examples,
  type ImageShape,
  type LookedAt,
} from "./dataset.ts";
export { sample, take, toFloat32 } from "./examples.ts";
export type { Idx, IdxArrays, IdxOf, IdxType } from "./idx.ts";
export { readIdx, type ReadIdxOptions } from "./read-idx.ts";
export { writeIdx } from "./write-idx.ts";
