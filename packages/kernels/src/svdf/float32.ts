import type { Graph, OpOf } from "@smidgen/graph";
import { type ActivationRange, float32ActivationRange } from "../activation-range.ts";
import { biasOrZeros, constantOfType, tensorOfType } from "../requirements.ts";
import { clampReal } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { type SvdfGeometry, svdfGeometry } from "./svdf.ts";

const { fround } = Math;

type Params = SvdfGeometry &
  ActivationRange & {
    readonly featureWeights: Float32Array; // [units × rank, depth]
    readonly timeWeights: Float32Array; // [units × rank, memory]
    readonly bias: Float32Array; // [units]
  };

/**
 * float32 SVDF. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `EvalFloatSvdfReference`, tensorflow/lite/micro/kernels/svdf_common.cc.
 */
export function svdfFloat32(op: OpOf<"svdf">, graph: Graph): Step {
  const [inputId, featureId, timeId, biasId, stateId] = op.inputs;
  const [outputId] = op.outputs;
  tensorOfType(graph, stateId, "state", "float32");
  tensorOfType(graph, outputId, "output", "float32");
  const geometry = svdfGeometry(op, graph);
  return makeStep({
    kernel: "svdf_float32",
    run: runSvdfFloat32,
    params: {
      ...geometry,
      featureWeights: constantOfType(graph, featureId, "feature weight matrix", "float32"),
      timeWeights: constantOfType(graph, timeId, "time weight matrix", "float32"),
      bias: biasOrZeros(graph, biasId, "float32", geometry.units),
      ...float32ActivationRange(op.options.activation),
    },
    reads: [inputId],
    writes: [stateId, outputId],
  });
}

function runSvdfFloat32(
  params: Params,
  input: Float32Array,
  state: Float32Array,
  output: Float32Array,
): void {
  const { batches, depth, units, rank, memory } = params;
  const { featureWeights, timeWeights, bias, activationMin, activationMax } = params;
  const filters = units * rank;
  // What moves from one row of the state into the last column of the row before is overwritten.
  state.copyWithin(0, 1);
  for (let batch = 0; batch < batches; batch++) {
    for (let filter = 0; filter < filters; filter++) {
      let feature = 0;
      for (let i = 0; i < depth; i++) {
        const product = fround(featureWeights[filter * depth + i]! * input[batch * depth + i]!);
        feature = fround(feature + product);
      }
      state[(batch * filters + filter) * memory + memory - 1] = feature;
    }
    for (let unit = 0; unit < units; unit++) {
      let sum = bias[unit]!;
      for (let filter = unit * rank; filter < (unit + 1) * rank; filter++) {
        const row = (batch * filters + filter) * memory;
        let filtered = 0;
        for (let i = 0; i < memory; i++) {
          filtered = fround(filtered + fround(timeWeights[filter * memory + i]! * state[row + i]!));
        }
        sum = fround(sum + filtered);
      }
      output[batch * units + unit] = clampReal(sum, activationMin, activationMax);
    }
  }
}
