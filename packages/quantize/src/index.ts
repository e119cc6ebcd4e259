export { calibrate, type Sample, type SampleArray } from "./calibrate.ts";
export { quantizeGraph } from "./quantize-graph.ts";
export type { Range, Ranges } from "./ranges.ts";
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
