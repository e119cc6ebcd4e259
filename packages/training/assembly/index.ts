export { adam } from "./adam";
export { batchStatistics, moveAverage, normalize, normalizeBackward } from "./batch-normalization";
export { convolution, convolutionFilterGradient, flipFilter } from "./convolution";
export { convolutionPoolFilterGradient, convolutionPoolForward } from "./convolution-pool";
export { denseForward, denseInputGradient, denseWeightGradient } from "./dense";
export { depthwise, depthwiseFilterGradient, flipDepthwiseFilter } from "./depthwise";
export { dropout } from "./dropout";
export {
  addRows,
  clampRows,
  clampRowsBackward,
  placeBytes,
  placePixels,
  scale,
  sumPositions,
  throughClamp,
} from "./elementwise";
export { averagePoolBackward, averagePoolForward, maxPoolBackward, maxPoolForward } from "./pool";
export { exponentials, softmaxCrossEntropy, softmaxCrossEntropyOfTargets } from "./softmax";

/** Where memory begins that the module does not use itself, in bytes. */
export function freeMemory(): usize {
  return __heap_base;
}
