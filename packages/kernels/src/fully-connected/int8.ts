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
  const { activationMin, activationMax, singleRounding: single } = params;
  for (let batch = 0; batch < batches; batch++) {
    const inputStart = batch * depth;
    for (let unit = 0; unit < units; unit++) {
      const filterStart = unit * depth;
      let sum = bias[unit]!;
      for (let i = 0; i < depth; i++) {
        sum = (sum + filter[filterStart + i]! * input[inputStart + i]!) | 0;
      }
      const scaled = requantize(sum, multiplier[unit]!, shift[unit]!, single);
      output[batch * units + unit] = clamp(scaled + outputZeroPoint, activationMin, activationMax);
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
