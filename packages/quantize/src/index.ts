export { calibrate, type Sample, type SampleArray } from "./calibrate.ts";
export { type Int8Options, int8Scheme, type WeightScales } from "./int8-scheme.ts";
export { quantizeGraph } from "./quantize-graph.ts";
export type { Range, Ranges } from "./ranges.ts";
export type {
  ActivationFormat,
  OperandRule,
  OpRule,
  OutputRule,
  Refusal,
  Scheme,
  Unit,
} from "./scheme.ts";
