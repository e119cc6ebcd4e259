export { arraySamples } from "./array-samples.ts";
export { calibrate, type CalibrationOptions, calibrateStream } from "./calibrate.ts";
export {
  type CalibrationMethod,
  calibrationMethods,
  describeMethod,
  parseCalibrationMethod,
} from "./calibration/calibration-method.ts";
export type { Sample, SampleArray } from "./calibration/sample.ts";
export { withDistinctNames } from "./distinct-names.ts";
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
