import {
  inputOf,
  type LintOperator,
  type LintSubgraph,
  type LintTensor,
  operatorsOf,
  outputOf,
  type Problem,
  type Rule,
  tensorsOf,
} from "./lint-model.ts";

/**
 * Scales and zero points.
 *
 * Sources: the TensorFlow Lite 8-bit quantization specification; tflite/core/interpreter_builder.cc of LiteRT for what
 * is checked when a file is loaded; the kernels of LiteRT and tflite-micro for what operators ask of their operands.
 */
export const quantizationRules: readonly Rule[] = [
  function* parameters(model, runtime) {
    for (const tensor of tensorsOf(model)) {
      const { scales, zeroPoints, shape, row, place } = tensor;
      if (isUnquantized(tensor)) continue;
      const axis = row.quantization?.quantized_dimension ?? 0;
      const slices = shape[axis];
      if (zeroPoints.length !== scales.length) {
        const message = `has ${scales.length} scales and ${zeroPoints.length} zero points`;
        // Source: `InitializeTfLiteTensorFromFlatbuffer`, micro_allocator.cc of tflite-micro.
        const isTaken = runtime === "tflm" && zeroPoints.length === 1;
        const severity = isTaken ? ({ severity: "warning" } as const) : {};
        yield { code: "zero-point-count", place, message, ...severity };
      }
      if (axis < 0 || axis >= Math.max(1, shape.length)) {
        const message = `has quantized_dimension ${axis}; its rank is ${shape.length}`;
        yield { code: "quantized-dimension", place, message };
      } else if (scales.length > 1 && scales.length !== slices) {
        const message = `has ${scales.length} scales for ${slices ?? "no"} slices along dimension ${axis}`;
        yield { code: "scale-count", place, message };
      }
      const wrong = scales.findIndex((scale) => !(Number.isFinite(scale) && scale > 0));
      if (wrong !== -1) {
        yield { code: "scale-value", place, message: `has scale ${scales[wrong]} at ${wrong}` };
      }
    }
  },

  function* missing(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      const needed = quantizedOperands[operator.name];
      if (needed === undefined) continue;
      const tensors = [
        ...needed.inputs.map((position) => inputOf(subgraph, operator, position)),
        ...needed.outputs.map((position) => outputOf(subgraph, operator, position)),
      ];
      for (const tensor of tensors) {
        if (tensor === undefined || !smallIntegers.includes(tensor.type)) continue;
        if (!isUnquantized(tensor)) continue;
        const message = `${tensor.type} ${tensor.place} has no scale`;
        yield { code: "missing-quantization", place: operator.place, message };
      }
    }
  },

  function* weightParameters(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      const positions = weightedOperators[operator.name];
      if (positions === undefined) continue;
      const weights = inputOf(subgraph, operator, positions.weights);
      if (weights === undefined || !["INT8", "INT4"].includes(weights.type)) continue;
      const offCenter = weights.zeroPoints.findIndex((zeroPoint) => zeroPoint !== 0);
      if (offCenter !== -1) {
        const message = `weights ${weights.place} have zero point ${weights.zeroPoints[offCenter]}`;
        yield { code: "weight-zero-point", place: operator.place, message };
      }
      const axis = weights.row.quantization?.quantized_dimension ?? 0;
      if (weights.scales.length > 1 && axis !== positions.axis) {
        const message = `weights ${weights.place} are quantized along dimension ${axis}; kernels take dimension ${positions.axis}`;
        yield { code: "quantized-axis", place: operator.place, message };
      }
      yield* biasProblems(operator, subgraph, positions, weights);
    }
  },

  function* fixedOutputs(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      const input = inputOf(subgraph, operator, 0);
      const output = outputOf(subgraph, operator);
      if (input === undefined || output === undefined || isUnquantized(output)) continue;
      const fixed = fixedOutput(operator.name, input.type, output.type);
      if (fixed === undefined) continue;
      const [scale] = output.scales;
      const [zeroPoint] = output.zeroPoints;
      const isNear = Math.abs((scale ?? 0) - fixed.scale) <= fixed.tolerance * fixed.scale;
      if (!isNear || zeroPoint !== fixed.zeroPoint) {
        const message = `output ${output.place} has scale ${scale} and zero point ${zeroPoint}; ${operator.name} makes scale ${fixed.scale} and zero point ${fixed.zeroPoint}`;
        yield { code: "fixed-output-scale", place: operator.place, message };
      }
    }
  },

  function* sameScales(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      const count = sameScaleInputs[operator.name];
      const output = outputOf(subgraph, operator);
      if (count === undefined || output === undefined || isUnquantized(output)) continue;
      const inputs = operator.inputs
        .slice(0, count)
        .map((_, position) => inputOf(subgraph, operator, position));
      for (const input of inputs) {
        if (input === undefined || input.type !== output.type || isUnquantized(input)) continue;
        const isSame =
          input.scales[0] === output.scales[0] && input.zeroPoints[0] === output.zeroPoints[0];
        if (isSame) continue;
        const message = `input ${input.place} has scale ${input.scales[0]} and zero point ${input.zeroPoints[0]}, output ${output.place} has scale ${output.scales[0]} and zero point ${output.zeroPoints[0]}`;
        yield { code: "same-scale", place: operator.place, message };
      }
    }
  },
];

/** Some writers give tensors that are not quantized a scale of 0. */
function isUnquantized({ scales }: LintTensor): boolean {
  return scales.every((scale) => scale === 0);
}

const smallIntegers: readonly string[] = ["INT4", "INT8", "UINT8", "INT16"];

interface OperandPositions {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const unary: OperandPositions = { inputs: [0], outputs: [0] };
const binary: OperandPositions = { inputs: [0, 1], outputs: [0] };

/** Operands that mean nothing without a scale, where they are small integers. */
const quantizedOperands: Readonly<Record<string, OperandPositions>> = {
  CONV_2D: binary,
  DEPTHWISE_CONV_2D: binary,
  FULLY_CONNECTED: binary,
  TRANSPOSE_CONV: { inputs: [1, 2], outputs: [0] },
  ADD: binary,
  SUB: binary,
  MUL: binary,
  SOFTMAX: unary,
  LOG_SOFTMAX: unary,
  LOGISTIC: unary,
  TANH: unary,
  L2_NORMALIZATION: unary,
  MEAN: unary,
  HARD_SWISH: unary,
  LEAKY_RELU: unary,
  RELU: unary,
  RELU6: unary,
  PRELU: binary,
  QUANTIZE: { inputs: [], outputs: [0] },
  DEQUANTIZE: { inputs: [0], outputs: [] },
};

interface WeightPositions {
  readonly activation: number;
  readonly weights: number;
  readonly bias: number;
  /** The dimension of the weights that counts output channels. */
  readonly axis: number;
}

const weightedOperators: Readonly<Record<string, WeightPositions>> = {
  CONV_2D: { activation: 0, weights: 1, bias: 2, axis: 0 },
  DEPTHWISE_CONV_2D: { activation: 0, weights: 1, bias: 2, axis: 3 },
  FULLY_CONNECTED: { activation: 0, weights: 1, bias: 2, axis: 0 },
  TRANSPOSE_CONV: { activation: 2, weights: 1, bias: 3, axis: 0 },
};

function* biasProblems(
  operator: LintOperator,
  subgraph: LintSubgraph,
  positions: WeightPositions,
  weights: LintTensor,
): Iterable<Problem> {
  const input = inputOf(subgraph, operator, positions.activation);
  const bias = inputOf(subgraph, operator, positions.bias);
  const { place } = operator;
  if (input === undefined || bias === undefined || !smallIntegers.includes(input.type)) return;
  const types = input.type === "INT16" ? ["INT64", "INT32"] : ["INT32"];
  if (!types.includes(bias.type)) {
    const message = `bias ${bias.place} is ${bias.type}; ${types.join(" or ")} goes with ${input.type}`;
    yield { code: "bias-type", place, message };
    return;
  }
  const [inputScale] = input.scales;
  if (inputScale === undefined || weights.scales.length === 0) return;
  if (bias.zeroPoints.some((zeroPoint) => zeroPoint !== 0)) {
    const message = `bias ${bias.place} has a zero point other than 0`;
    yield { code: "bias-scale", place, message };
    return;
  }
  for (const [channel, weightScale] of weights.scales.entries()) {
    const expected = inputScale * weightScale;
    const given = bias.scales.length === 1 ? bias.scales[0] : bias.scales[channel];
    if (given !== undefined && Math.abs(given - expected) <= tolerance * expected) continue;
    const which = weights.scales.length === 1 ? "" : ` for channel ${channel}`;
    const message = `bias ${bias.place} has ${given === undefined ? "no scale" : `scale ${given}`}${which}; input × weight is ${expected}`;
    yield { code: "bias-scale", place, message };
    return;
  }
}

/** Scales are float32: their product is exact to about 1e-7 of itself. */
const tolerance = 1e-5;

interface FixedOutput {
  readonly scale: number;
  readonly zeroPoint: number;
  /** Relative; 0 where kernels compare exactly, or take the scale for granted. */
  readonly tolerance: number;
}

/** Source: the fixed ranges of the quantization specification, and the `Prepare` functions of the kernels. */
function fixedOutput(name: string, inputType: string, outputType: string): FixedOutput | undefined {
  if (name === "SOFTMAX" && inputType === "INT8" && outputType === "INT16") {
    return { scale: 1 / 65_536, zeroPoint: -32_768, tolerance: 1e-3 };
  }
  return fixedOutputs[name]?.[outputType];
}

const fixedOutputs: Readonly<Record<string, Readonly<Record<string, FixedOutput>>>> = {
  SOFTMAX: {
    INT8: { scale: 1 / 256, zeroPoint: -128, tolerance: 0 },
    UINT8: { scale: 1 / 256, zeroPoint: 0, tolerance: 0 },
    INT16: { scale: 1 / 32_768, zeroPoint: 0, tolerance: 1e-3 },
  },
  LOGISTIC: {
    INT8: { scale: 1 / 256, zeroPoint: -128, tolerance: 0 },
    UINT8: { scale: 1 / 256, zeroPoint: 0, tolerance: 0 },
    INT16: { scale: 1 / 32_768, zeroPoint: 0, tolerance: 0 },
  },
  TANH: {
    INT8: { scale: 1 / 128, zeroPoint: 0, tolerance: 0 },
    UINT8: { scale: 1 / 128, zeroPoint: 128, tolerance: 0 },
    INT16: { scale: 1 / 32_768, zeroPoint: 0, tolerance: 0 },
  },
  L2_NORMALIZATION: {
    INT8: { scale: 1 / 128, zeroPoint: 0, tolerance: 0 },
    UINT8: { scale: 1 / 128, zeroPoint: 128, tolerance: 0 },
  },
  LOG_SOFTMAX: {
    INT8: { scale: 16 / 256, zeroPoint: 127, tolerance: 0 },
    UINT8: { scale: 16 / 256, zeroPoint: 255, tolerance: 0 },
  },
};

/** How many of the first operands must have the scale of the output. Source: the quantization specification. */
const sameScaleInputs: Readonly<Record<string, number>> = {
  AVERAGE_POOL_2D: 1,
  MAX_POOL_2D: 1,
  CONCATENATION: Infinity,
  RESHAPE: 1,
  RESIZE_BILINEAR: 1,
  SPACE_TO_DEPTH: 1,
  PAD: 1,
  PADV2: 1,
  GATHER: 1,
  BATCH_TO_SPACE_ND: 1,
  SPACE_TO_BATCH_ND: 1,
  TRANSPOSE: 1,
  SQUEEZE: 1,
  MAXIMUM: 2,
  MINIMUM: 2,
  SLICE: 1,
};
