import { type Activation, type Graph, type OpOf, type TensorId, tensorOf } from "@smidgen/graph";
import {
  type ActivationRange,
  float32ActivationRange,
  quantizedActivationRange,
} from "./activation-range.ts";
import {
  type ChannelRequantization,
  channelRequantization,
  filterScales,
  requantize,
  symmetricFilter,
  weightsOf,
} from "./requantization.ts";
import {
  biasOrZeros,
  constantOfType,
  offsetOf,
  perTensorOf,
  tensorOfType,
} from "./requirements.ts";
import { clamp, clampSum } from "./rounding.ts";
import type { Rounding } from "./step.ts";
import {
  hasInt32Bias,
  requantizeWide,
  requireZeroPoints,
  type SumArithmetic,
  widen,
  type WideRequantization,
  wideBiasOrZeros,
} from "./wide-requantization.ts";

/** The operands of a convolution of any kind, and what is done with its sums. */
export interface FilterOperands {
  readonly input: TensorId;
  readonly filter: TensorId;
  readonly bias: TensorId | undefined;
  readonly output: TensorId;
  /** How many output channels there are, and the axis of the filter that has them. */
  readonly channels: number;
  readonly channelAxis: number;
  readonly activation: Activation;
}

export function filterOperands(
  op: OpOf<"conv-2d" | "depthwise-conv-2d" | "fully-connected" | "transpose-conv">,
  [input, filter, bias]: readonly [TensorId, TensorId, TensorId | undefined],
  channels: Pick<FilterOperands, "channels" | "channelAxis">,
): FilterOperands {
  const { activation } = op.options;
  return { input, filter, bias, output: op.outputs[0], activation, ...channels };
}

/** What a loop over an operator with a filter is prepared from. */
export interface FilterLayer<Geometry> {
  readonly geometry: Geometry;
  readonly operands: FilterOperands;
}

/** What a loop over float32 needs besides its geometry. */
export type Float32Filter = ActivationRange & {
  readonly filter: Float32Array;
  readonly bias: Float32Array; // [channels]
};

export function float32Filter(graph: Graph, operands: FilterOperands): Float32Filter {
  tensorOfType(graph, operands.output, "output", "float32");
  return {
    filter: constantOfType(graph, operands.filter, "filter", "float32"),
    bias: biasOrZeros(graph, operands.bias, "float32", operands.channels),
    ...float32ActivationRange(operands.activation),
  };
}

/** What a loop over int8 needs besides its geometry. */
export type Int8Filter = ChannelRequantization &
  ActivationRange & {
    readonly filter: Int8Array;
    readonly bias: Int32Array; // [channels]
    /** −zeroPoint */
    readonly inputOffset: number;
    readonly outputZeroPoint: number;
  };

/** `filterTypes`: int4 weights take a byte each. */
export function int8Filter(
  graph: Graph,
  operands: FilterOperands,
  rounding: Rounding,
  filterTypes: readonly ("int8" | "int4")[] = ["int8"],
): Int8Filter {
  const { channels } = operands;
  const input = tensorOf(graph, operands.input);
  const filter = symmetricFilter(graph, operands.filter, operands.channelAxis, filterTypes);
  const output = tensorOfType(graph, operands.output, "output", "int8");
  return {
    filter: weightsOf(filter),
    bias: biasOrZeros(graph, operands.bias, "int32", channels),
    ...channelRequantization(input, filter, output, channels, rounding),
    inputOffset: offsetOf(input, "input"),
    outputZeroPoint: perTensorOf(output, "output").zeroPoint,
    ...quantizedActivationRange(operands.activation, output),
  };
}

/** Adds the bias to a sum of products, which may be any whole number, and rescales it. */
export function int8OfSum(params: Int8Filter, sum: number, channel: number): number {
  const { bias, multiplier, shift, singleRounding, outputZeroPoint } = params;
  const wrapped = (bias[channel]! + sum) | 0;
  const scaled = requantize(wrapped, multiplier[channel]!, shift[channel]!, singleRounding);
  return clampSum(scaled + outputZeroPoint, params.activationMin, params.activationMax);
}

/** What a loop over int16 with int8 weights needs besides its geometry; `int16OfSum` gets it with a bias of doubles. */
export type Int16Filter<Bias = BigInt64Array> = WideRequantization &
  ActivationRange & {
    readonly filter: Int8Array;
    readonly bias: Bias; // [channels]
  };

/** `ofInt32`: what becomes of sums where the bias is int32; undefined if it may not be. */
export function int16Filter(
  graph: Graph,
  operands: FilterOperands,
  ofInt32: Exclude<SumArithmetic, "int64"> | undefined,
): Int16Filter {
  const { channels } = operands;
  const input = tensorOf(graph, operands.input);
  const filter = symmetricFilter(graph, operands.filter, operands.channelAxis);
  const output = tensorOfType(graph, operands.output, "output", "int16");
  requireZeroPoints(input, output);
  const biasTypes = ofInt32 === undefined ? (["int64"] as const) : (["int64", "int32"] as const);
  const bias = wideBiasOrZeros(graph, operands.bias, channels, biasTypes);
  const arithmetic = hasInt32Bias(graph, operands.bias) ? (ofInt32 ?? "int64") : "int64";
  return {
    filter: weightsOf(filter),
    bias,
    ...widen(channelRequantization(input, filter, output, channels, "double"), arithmetic),
    ...quantizedActivationRange(operands.activation, output),
  };
}

/** Adds the bias to a sum of products and rescales it. */
export function int16OfSum(
  params: Int16Filter<Float64Array>,
  sum: number,
  channel: number,
): number {
  const { bias, multiplier, shift, wraps, roundsTwice, activationMin, activationMax } = params;
  const whole = bias[channel]! + sum;
  const scaled = requantizeWide(whole, multiplier[channel]!, shift[channel]!, wraps, roundsTwice);
  return clamp(scaled, activationMin, activationMax);
}

/** What a loop over floats with int8 weights needs besides its geometry and how its input is quantized. */
export type DynamicFilter = ActivationRange & {
  readonly filter: Int8Array;
  readonly filterScales: Float32Array; // [channels]
  readonly bias: Float32Array; // [channels]
};

export function dynamicFilter(graph: Graph, operands: FilterOperands): DynamicFilter {
  const filter = symmetricFilter(graph, operands.filter, operands.channelAxis);
  tensorOfType(graph, operands.output, "output", "float32");
  return {
    filter: weightsOf(filter),
    filterScales: filterScales(filter, operands.channels),
    bias: biasOrZeros(graph, operands.bias, "float32", operands.channels),
    ...float32ActivationRange(operands.activation),
  };
}
