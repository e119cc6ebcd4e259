export { arraySamples } from "./array-samples.ts";
export {
  type ChooseOptions,
  type ChosenSchemes,
  chooseSchemes,
  type LayerSensitivity,
} from "./automatic/choose-schemes.ts";
export {
  type FixedQuantization,
  type FixOptions,
  fixQuantization,
  type FixStep,
} from "./automatic/fix-quantization.ts";
export {
  type CorrectionGain,
  correctionGains,
  type QuantizedByRecipe,
  quantizeByRecipe,
  type Recipe,
  type RecipeOptions,
} from "./automatic/quantize-by-recipe.ts";
export { calibrate, type CalibrationOptions, calibrateStream } from "./calibrate.ts";
export {
  type CalibrationMethod,
  calibrationMethods,
  describeMethod,
  parseCalibrationMethod,
} from "./calibration/calibration-method.ts";
export type { Sample, SampleArray } from "./calibration/sample.ts";
export { withDistinctNames } from "./distinct-names.ts";
export {
  compareLayers,
  type LayerComparison,
  type LayerError,
  type TensorComparison,
} from "./compare/compare-layers.ts";
export { compareScores, type ScoreComparison } from "./compare/compare-scores.ts";
export type { ErrorStatistics } from "./compare/error-statistics.ts";
export type { Finding, Remedy } from "./compare/remedies.ts";
export { correctBias } from "./corrections/correct-bias.ts";
export { type EqualisationOptions, equaliseLayers } from "./corrections/equalise-layers.ts";
export { roundAdaptively, type RoundingOptions } from "./corrections/round-adaptively.ts";
export { quantizeGraph } from "./quantize-graph.ts";
export type { Range, Ranges } from "./ranges.ts";
export { type NumberArray, readNpy } from "./read-npy.ts";
export { readRanges, type ReadRangesOptions, writeRanges } from "./read-ranges.ts";
export { rangesOf } from "./ranges-of.ts";
export {
  type BorderType,
  type Converter,
  type OpScheme,
  opSchemes,
  opSchemesOf,
  type Scheme,
  type WeightScales,
} from "./scheme.ts";
