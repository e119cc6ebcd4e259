import { type Graph, type OpOf, type Tensor, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import { scale, toFixedPoint } from "../fixed-point.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import {
  biasOrZeros,
  constantOfType,
  perTensorOf,
  requireSupported,
  tensorOfType,
} from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { type SvdfGeometry, svdfGeometry } from "./svdf.ts";

const { fround } = Math;

type Params = SvdfGeometry & {
  readonly featureWeights: Int8Array; // [units × rank, depth]
  /** −inputZeroPoint · Σ featureWeights */
  readonly featureBias: Int32Array; // [units × rank]
  readonly timeWeights: State; // [units × rank, memory]
  /** bias − stateZeroPoint · Σ timeWeights */
  readonly bias: Int32Array; // [units]
  readonly stateMultiplier: number;
  readonly stateShift: number;
  readonly stateMin: number;
  readonly stateMax: number;
  readonly stateZeroPoint: number;
  readonly outputMultiplier: number;
  readonly outputShift: number;
  readonly outputZeroPoint: number;
};

type State = Int8Array | Int16Array;

/**
 * SVDF with int8 activations and feature weights; time weights and state are int16, or both int8.
 *
 * Both scale factors are float32 products and quotients, unlike those of convolutions. A result of a filter is limited
 * to its type before the zero point of the state is added. The output is limited to int8 alone: no runtime looks at the
 * activation, so the quantization of the output must be all that a ReLU does.
 *
 * Source: `EvalIntegerSvdfReference` and `PrepareSvdf`, tensorflow/lite/micro/kernels/svdf_common.cc.
 */
export function svdfInt8(op: OpOf<"svdf">, graph: Graph): Step {
  const [inputId, featureId, timeId, biasId, stateId] = op.inputs;
  const [outputId] = op.outputs;
  const input = perTensorOf(tensorOf(graph, inputId), "input");
  const feature = symmetricWeights(graph, featureId, "feature weight matrix", "int8");
  const stateTensor = tensorOfType(graph, stateId, "state", "int16", "int8");
  const state = perTensorOf(stateTensor, "state");
  const stateType = stateTensor.type as "int8" | "int16";
  const time = symmetricWeights(graph, timeId, "time weight matrix", stateType);
  const output = perTensorOf(tensorOfType(graph, outputId, "output", "int8"), "output");
  const timeScale = fround(state.scale * time.scale);
  if (biasId !== undefined) requireBiasScale(tensorOf(graph, biasId), timeScale);

  const geometry = svdfGeometry(op, graph);
  const { units, rank } = geometry;
  const [stateMin, stateMax] = storedRange(stateTensor);
  const toState = toFixedPoint(fround(fround(input.scale * feature.scale) / state.scale));
  const toOutput = toFixedPoint(fround(timeScale / output.scale));
  return makeStep({
    kernel: `svdf_int8_${stateType}`,
    run: runSvdfInt8,
    params: {
      ...geometry,
      featureWeights: feature.data,
      featureBias: foldZeroPoint(new Int32Array(units * rank), feature.data, input.zeroPoint),
      timeWeights: time.data,
      bias: foldZeroPoint(biasOrZeros(graph, biasId, "int32", units), time.data, state.zeroPoint),
      stateMultiplier: toState.multiplier,
      stateShift: toState.shift,
      stateMin,
      stateMax,
      stateZeroPoint: state.zeroPoint,
      outputMultiplier: toOutput.multiplier,
      outputShift: toOutput.shift,
      outputZeroPoint: output.zeroPoint,
    },
    reads: [inputId],
    writes: [stateId, outputId],
  });
}

function runSvdfInt8(params: Params, input: Int8Array, state: State, output: Int8Array): void {
  const { batches, depth, units, rank, memory, featureWeights, featureBias } = params;
  const { timeWeights, bias, stateMultiplier, stateShift, stateMin, stateMax } = params;
  const { stateZeroPoint, outputMultiplier, outputShift, outputZeroPoint } = params;
  const filters = units * rank;
  const unitLength = rank * memory;
  // What moves from one row of the state into the last column of the row before is overwritten.
  state.copyWithin(0, 1);
  for (let batch = 0; batch < batches; batch++) {
    for (let filter = 0; filter < filters; filter++) {
      let feature = featureBias[filter]!;
      for (let i = 0; i < depth; i++) {
        feature = (feature + featureWeights[filter * depth + i]! * input[batch * depth + i]!) | 0;
      }
      const scaled = clamp(scale(feature, stateMultiplier, stateShift), stateMin, stateMax);
      state[(batch * filters + filter) * memory + memory - 1] = scaled + stateZeroPoint;
    }
    for (let unit = 0; unit < units; unit++) {
      const weights = unit * unitLength;
      const states = batch * filters * memory + weights;
      let sum = bias[unit]!;
      for (let i = 0; i < unitLength; i++) {
        sum = (sum + timeWeights[weights + i]! * state[states + i]!) | 0;
      }
      const scaled = scale(sum, outputMultiplier, outputShift);
      output[batch * units + unit] = clamp(scaled + outputZeroPoint, -128, 127);
    }
  }
}

/** Weights with one scale and zero point 0. */
function symmetricWeights<T extends "int8" | "int16">(
  graph: Graph,
  id: OpOf<"svdf">["inputs"][0],
  role: string,
  type: T,
) {
  const data = constantOfType(graph, id, role, type);
  const tensor = tensorOf(graph, id);
  const { scale: weightScale, zeroPoint } = perTensorOf(tensor, role);
  requireSupported(zeroPoint === 0, `${role} "${tensor.name}" has a zero point other than 0`);
  return { data, scale: weightScale };
}

/** Source of the limit: `PrepareSvdf`, tensorflow/lite/micro/kernels/svdf_common.cc. */
function requireBiasScale(bias: Tensor, timeScale: number): void {
  const { scale: biasScale } = perTensorOf(bias, "bias");
  requireSupported(
    Math.abs(biasScale - timeScale) < 1e-5,
    `bias "${bias.name}" has scale ${biasScale}, state scale × time weight scale is ${timeScale}`,
  );
}
