export {
  catalog,
  fileRoles,
  type Catalog,
  type CatalogFile,
  type CatalogRow,
  type FileDatasetName,
  type FileRole,
} from "./catalog.ts";
export {
  datasetNames,
  type Dataset,
  type DatasetName,
  type DatasetSource,
  type Examples,
  type ImageShape,
  type LookedAt,
} from "./dataset.ts";
export { generateDigits, type DigitsOptions } from "./digits/generate-digits.ts";
export type { DownloadOptions } from "./download.ts";
export type { DatasetEvent, DatasetObserver } from "./events.ts";
export { sample, take, toFloat32 } from "./examples.ts";
export type { Idx, IdxArrays, IdxOf, IdxType } from "./idx.ts";
export { loadDataset, type LoadDatasetOptions } from "./load-dataset.ts";
export { readIdx, type ReadIdxOptions } from "./read-idx.ts";
export { writeIdx } from "./write-idx.ts";
