import { type OpOf, type Graph, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import {
  type ChannelRequantization,
  requantize,
  symmetricFilter,
  weightsOf,
} from "../requantization.ts";
import { biasOrZeros, perTensorOf, tensorOfType } from "../requirements.ts";
import { clampSum } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import {
  type FullyConnectedGeometry,
  fullyConnectedGeometry,
  fullyConnectedRequantization,
  requireBiasScale,
} from "./fully-connected.ts";

export type FullyConnectedInt8Params = FullyConnectedGeometry &
  ChannelRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [units, depth]
    /** bias − inputZeroPoint · Σ filter */
    readonly bias: Int32Array; // [units]
    readonly outputZeroPoint: number;
  };

/**
 * int8 fully-connected layer with one filter scale or one for each unit. Weights are int8, or int4 in a byte each.
 *
 * Source: `FullyConnected` and `FullyConnectedPerChannel`,
 * tensorflow/lite/kernels/internal/reference/integer_ops/fully_connected.h.
 */
export function fullyConnectedInt8(
  op: OpOf<"fully-connected">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const filter = symmetricFilter(graph, filterId, 0, ["int8", "int4"]);
  const output = tensorOfType(graph, outputId, "output", "int8");
  const geometry = fullyConnectedGeometry(op, graph);
  const weights = weightsOf(filter);
  const bias = biasOrZeros(graph, biasId, "int32", geometry.units);
  if (biasId !== undefined) requireBiasScale(input, filter, tensorOf(graph, biasId), output);
  return makeStep({
    kernel: "fully_connected_int8",
    run: runFullyConnectedInt8,
    params: {
      ...geometry,
      filter: weights,
      bias: foldZeroPoint(bias, weights, perTensorOf(input, "input").zeroPoint),
      ...fullyConnectedRequantization(input, filter, output, geometry.units, rounding),
      outputZeroPoint: perTensorOf(output, "output").zeroPoint,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runFullyConnectedInt8(
  params: FullyConnectedInt8Params,
  input: Int8Array,
  output: Int8Array,
): void {
  const { batches, depth, units, filter, bias, multiplier, shift, outputZeroPoint } = params;
  const { activationMin: min, activationMax: max, singleRounding: single } = params;
  const last = units - 1;
  for (let batch = 0; batch < batches; batch++) {
    const inputStart = batch * depth;
    const outputStart = batch * units;
    for (let unit0 = 0; unit0 < units; unit0 += 4) {
      // Four units share each input value. Where they run out, the last one is computed again.
      const unit1 = Math.min(unit0 + 1, last);
      const unit2 = Math.min(unit0 + 2, last);
      const unit3 = Math.min(unit0 + 3, last);
      const to1 = (unit1 - unit0) * depth;
      const to2 = (unit2 - unit0) * depth;
      const to3 = (unit3 - unit0) * depth;
      let sum0 = bias[unit0]!;
      let sum1 = bias[unit1]!;
      let sum2 = bias[unit2]!;
      let sum3 = bias[unit3]!;
      let weight = unit0 * depth;
      for (let i = inputStart; i < inputStart + depth; i++) {
        const value = input[i]!;
        sum0 = (sum0 + filter[weight]! * value) | 0;
        sum1 = (sum1 + filter[weight + to1]! * value) | 0;
        sum2 = (sum2 + filter[weight + to2]! * value) | 0;
        sum3 = (sum3 + filter[weight + to3]! * value) | 0;
        weight++;
      }
      const scaled0 = requantize(sum0, multiplier[unit0]!, shift[unit0]!, single);
      const scaled1 = requantize(sum1, multiplier[unit1]!, shift[unit1]!, single);
      const scaled2 = requantize(sum2, multiplier[unit2]!, shift[unit2]!, single);
      const scaled3 = requantize(sum3, multiplier[unit3]!, shift[unit3]!, single);
      output[outputStart + unit0] = clampSum(scaled0 + outputZeroPoint, min, max);
      output[outputStart + unit1] = clampSum(scaled1 + outputZeroPoint, min, max);
      output[outputStart + unit2] = clampSum(scaled2 + outputZeroPoint, min, max);
      output[outputStart + unit3] = clampSum(scaled3 + outputZeroPoint, min, max);
    }
  }
}
