import { type OpOf, type Graph, type Tensor, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import {
  type ChannelRequantization,
  channelRequantization,
  requantize,
  filterScale,
  fixedPointPerChannel,
  symmetricFilter,
} from "../requantization.ts";
import {
  biasOrZeros,
  constantOfType,
  perTensorOf,
  requireSupported,
  tensorOfType,
} from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Rounding, type Step } from "../step.ts";
import { type FullyConnectedGeometry, fullyConnectedGeometry } from "./fully-connected.ts";

type Params = FullyConnectedGeometry &
  ChannelRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [units, depth]
    /** bias − inputZeroPoint · Σ filter */
    readonly bias: Int32Array; // [units]
    readonly outputZeroPoint: number;
  };

/**
 * int8 fully-connected layer with one filter scale or one for each unit.
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
  const filter = symmetricFilter(graph, filterId, 0);
  const output = tensorOfType(graph, outputId, "output", "int8");
  const geometry = fullyConnectedGeometry(op, graph);
  const weights = constantOfType(graph, filterId, "filter", "int8");
  const bias = biasOrZeros(graph, biasId, "int32", geometry.units);
  if (biasId !== undefined) requireBiasScale(input, filter, tensorOf(graph, biasId), output);
  return makeStep({
    kernel: "fully_connected_int8",
    run: runFullyConnectedInt8,
    params: {
      ...geometry,
      filter: weights,
      bias: foldZeroPoint(bias, weights, perTensorOf(input, "input").zeroPoint),
      ...requantizationOf(input, filter, output, geometry.units, rounding),
      outputZeroPoint: perTensorOf(output, "output").zeroPoint,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runFullyConnectedInt8(params: Params, input: Int8Array, output: Int8Array): void {
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
      output[outputStart + unit0] = clamp(scaled0 + outputZeroPoint, min, max);
      output[outputStart + unit1] = clamp(scaled1 + outputZeroPoint, min, max);
      output[outputStart + unit2] = clamp(scaled2 + outputZeroPoint, min, max);
      output[outputStart + unit3] = clamp(scaled3 + outputZeroPoint, min, max);
    }
  }
}

/**
 * With one filter scale the product of the scales is rounded to float32 before it is divided in double; with
 * one for each unit all is double, as in convolutions. The low bits of nearly every multiplier differ.
 *
 * Source: `GetQuantizedConvolutionMultipler`, tensorflow/lite/kernels/kernel_util.cc, and
 * `CalculateOpDataFullyConnected`, tensorflow/lite/micro/kernels/fully_connected_common.cc.
 */
function requantizationOf(
  input: Tensor,
  filter: Tensor,
  output: Tensor,
  units: number,
  rounding: Rounding,
): ChannelRequantization {
  const isPerUnit = filter.quantization?.kind === "per-axis" && units > 1;
  if (isPerUnit || rounding === "single") {
    return channelRequantization(input, filter, output, units, rounding);
  }
  const product = Math.fround(perTensorOf(input, "input").scale * filterScale(filter, 0));
  const real = product / perTensorOf(output, "output").scale;
  return fixedPointPerChannel(units, rounding, () => real);
}

/** Σ filter · (input − zeroPoint) is Σ filter · input minus a constant, which joins the bias. */
function foldZeroPoint(bias: Int32Array, filter: Int8Array, inputZeroPoint: number): Int32Array {
  const depth = filter.length / bias.length;
  return bias.map((value, unit) => {
    const weights = filter.subarray(unit * depth, (unit + 1) * depth);
    return value - inputZeroPoint * weights.reduce((sum, weight) => sum + weight, 0);
  });
}

/**
 * Refuses a bias that stands for other numbers than the sums it is added to.
 *
 * Source of the limit: `GetQuantizedConvolutionMultipler`, tensorflow/lite/kernels/kernel_util.cc.
 */
function requireBiasScale(input: Tensor, filter: Tensor, bias: Tensor, output: Tensor): void {
  if (bias.quantization?.kind !== "per-tensor" || filter.quantization?.kind !== "per-tensor")
    return;
  const product = perTensorOf(input, "input").scale * filter.quantization.scale;
  const difference = Math.abs(product - bias.quantization.scale);
  requireSupported(
    difference / perTensorOf(output, "output").scale <= 0.02,
    `bias "${bias.name}" has scale ${bias.quantization.scale}, input scale × filter scale is ${product}`,
  );
}
