import { perTensor } from "@smidgen/graph";
import type { OperandRule, OpRule, OpRules, OutputRule, PerTensor, Unit } from "./op-rules.ts";
import type { Scheme, WeightScales } from "./scheme.ts";

/**
 * What becomes of each operator in int8: int8 activations and weights, int32 biases.
 *
 * `filterType` is that of convolutions' and dense layers' weights; no other operator takes int4.
 *
 * Source: the TensorFlow Lite 8-bit quantization specification; which operators keep their input's scale
 * and which have a fixed output is in tensorflow/compiler/mlir/lite/ir/tfl_ops.td (traits
 * `SameOperandsAndResultsScale` and `FixedOutputRangeInterface`), and for the converter before that in
 * tensorflow/lite/tools/optimize/operator_property.cc. ELU has a row although the converter leaves it in float.
 */
export function int8Rules(
  { convWeights = "per-channel", denseWeights = "per-tensor" }: WeightSettings,
  filterType: "int8" | "int4",
): OpRules {
  const convFilter = weights(filterType, convWeights, 0);
  const depthwiseFilter = weights(filterType, convWeights, 3);
  const transposedFilter = weights("int8", convWeights, 0);
  const denseFilter = weights(filterType, denseWeights, 0);
  return {
    add: { operands: [activation, activation], output: calibratedIn("largest") },
    "arg-max": { operands: [activation, integers], output: positions },
    "average-pool-2d": { operands: [activation], output: sameAsInput },
    cast: "it makes other numbers of the stored ones",
    concatenation: { operands: [activation], output: shared },
    "conv-2d": { operands: [activation, convFilter, bias], output: accumulated },
    "depthwise-conv-2d": { operands: [activation, depthwiseFilter, bias], output: accumulated },
    dequantize: "it is quantized already",
    elu: { operands: [activation], output: calibrated },
    "embedding-lookup": { operands: [integers, activation], output: sameAsInput },
    "expand-dims": { operands: [activation, integers], output: sameAsInput },
    "fully-connected": { operands: [activation, denseFilter, bias], output: accumulated },
    gather: { operands: [activation, integers], output: sameAsInput },
    "hard-swish": { operands: [activation], output: calibratedIn("largest") },
    "l2-normalization": { operands: [activation], output: fixed(1 / 128, 0) },
    "leaky-relu": { operands: [activation], output: calibratedIn("largest") },
    "log-softmax": { operands: [activation], output: fixed(16 / 256, 127) },
    logistic: { operands: [activation], output: fixed(1 / 256, -128) },
    "max-pool-2d": { operands: [activation], output: sameAsInput },
    maximum: { operands: [activation, activation], output: shared },
    mean: { operands: [activation, integers], output: calibrated },
    minimum: { operands: [activation, activation], output: shared },
    mul: { operands: [activation, activation], output: calibratedIn("product") },
    pack: { operands: [activation], output: shared },
    pad: { operands: [activation, integers], output: sameAsInput },
    "pad-v2": { operands: [activation, integers, activation], output: shared },
    prelu: { operands: [activation, slopes], output: calibratedIn("largest") },
    quantize: "it is quantized already",
    "reduce-max": { operands: [activation, integers], output: sameAsInput },
    relu: { operands: [activation], output: calibrated },
    // TensorFlow Lite Micro clips without rescaling.
    relu6: { operands: [activation], output: shared },
    reshape: { operands: [activation, integers], output: sameAsInput },
    "resize-bilinear": { operands: [activation, integers], output: sameAsInput },
    "resize-nearest-neighbor": { operands: [activation, integers], output: sameAsInput },
    slice: { operands: [activation, integers, integers], output: sameAsInput },
    softmax: { operands: [activation], output: fixed(1 / 256, -128) },
    split: { operands: [integers, activation], output: sameAsInput },
    squeeze: { operands: [activation], output: sameAsInput },
    "strided-slice": {
      operands: [activation, integers, integers, integers],
      output: sameAsInput,
    },
    sub: { operands: [activation, activation], output: calibratedIn("largest") },
    sum: { operands: [activation, integers], output: calibratedIn("largest") },
    svdf: recurrentLayer,
    tanh: { operands: [activation], output: fixed(1 / 128, 0) },
    transpose: { operands: [activation, integers], output: sameAsInput },
    "transpose-conv": {
      operands: [integers, transposedFilter, activation, bias],
      output: accumulated,
    },
    "unidirectional-sequence-lstm": recurrentLayer,
    unpack: { operands: [activation], output: sameAsInput },
  };
}

type WeightSettings = Pick<Scheme, "convWeights" | "denseWeights">;

const activation: OperandRule = { kind: "activation" };
const bias: OperandRule = { kind: "bias" };
const integers: OperandRule = { kind: "integers" };
const slopes = weights("int8", "per-tensor", 0);
const calibrated: OutputRule = { kind: "calibrated", unit: undefined };
const accumulated = calibratedIn("activation-times-weights");
const sameAsInput: OutputRule = { kind: "same-as-input" };
const shared: OutputRule = { kind: "shared" };
const positions: OutputRule = { kind: "integers" };
const recurrentLayer = {
  operands: [activation, { kind: "recurrent" }],
  output: calibrated,
} satisfies OpRule<"svdf">;

function calibratedIn(unit: Unit): OutputRule {
  return { kind: "calibrated", unit };
}

function weights(type: "int8" | "int4", scales: WeightScales, channelAxis: number): OperandRule {
  return { kind: "weights", type, channelAxis: scales === "per-channel" ? channelAxis : undefined };
}

export function fixed(scale: number, zeroPoint: number): OutputRule {
  return { kind: "fixed", quantization: perTensor(scale, zeroPoint) as PerTensor };
}
