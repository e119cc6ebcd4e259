import { type ElementType, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { filterScales, symmetricFilter, weightsOf } from "../requantization.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp, roundHalfAwayFromZero } from "../rounding.ts";
import { type LoopParams, makeStep, type Numerics, type Rounding, type Step } from "../step.ts";
import {
  requantizeWide,
  requireZeroPoints,
  type SumArithmetic,
  widen,
  type WideRequantization,
  wideBiasOrZeros,
} from "../wide-requantization.ts";
import { dotProduct } from "./dot-product.ts";
import {
  type FullyConnectedGeometry,
  fullyConnectedGeometry,
  fullyConnectedRequantization,
  requireBiasScale,
} from "./fully-connected.ts";

type Params = FullyConnectedGeometry &
  WideRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [units, depth]
    readonly bias: BigInt64Array; // [units]
    /** 1: sums are rescaled as doubles, by the scales below. */
    readonly inDoubles: number;
    readonly inputScale: number;
    readonly filterScales: Float32Array; // [units]
    readonly outputScale: number;
  };

/**
 * int16 fully-connected layer with int8 weights that have one scale or one for each unit. Sums are int64; int32 if the bias is.
 *
 * With an int64 bias LiteRT multiplies the sum by a quotient of scales in doubles and rounds half away from zero; with another or
 * none it has sums of int32, which it rounds once.
 *
 * Source: `FullyConnected` and `FullyConnectedPerChannel`,
 * tensorflow/lite/kernels/internal/reference/integer_ops/fully_connected.h, those without and those with scales as arguments;
 * `FullyConnectedEval`, tensorflow/lite/micro/kernels/fully_connected.cc, and `FullyConnectedInt16`,
 * tflite/kernels/fully_connected.cc of LiteRT.
 */
export function fullyConnectedInt16(
  op: OpOf<"fully-connected">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const filter = symmetricFilter(graph, filterId, 0);
  const output = tensorOfType(graph, outputId, "output", "int16");
  requireZeroPoints(input, output);
  const geometry = fullyConnectedGeometry(op, graph);
  const { units } = geometry;
  if (biasId !== undefined) requireBiasScale(input, filter, tensorOf(graph, biasId), output);
  const biasType = biasId === undefined ? undefined : tensorOf(graph, biasId).type;
  const requantization = fullyConnectedRequantization(input, filter, output, units, "double");
  return makeStep({
    kernel: "fully_connected_int16",
    run: runFullyConnectedInt16,
    params: {
      ...geometry,
      filter: weightsOf(filter),
      bias: wideBiasOrZeros(graph, biasId, units, ["int64", "int32"]),
      ...widen(requantization, sumArithmetic(biasType, rounding)),
      inDoubles: rounding === "single" && biasType === "int64" ? 1 : 0,
      inputScale: perTensorOf(input, "input").scale,
      filterScales: filterScales(filter, units),
      outputScale: perTensorOf(output, "output").scale,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function sumArithmetic(biasType: ElementType | undefined, rounding: Rounding): SumArithmetic {
  if (biasType === "int64") return "int64";
  if (rounding === "single") return "int32-once";
  return biasType === "int32" ? "int32-twice" : "int64";
}

function runFullyConnectedInt16(
  params: LoopParams<Params>,
  input: Int16Array,
  output: Int16Array,
): void {
  const { batches, depth, units, filter, bias, multiplier, shift, wraps, roundsTwice } = params;
  const {
    inDoubles,
    inputScale,
    outputScale,
    filterScales: unitScales,
    activationMin,
    activationMax,
  } = params;
  for (let batch = 0; batch < batches; batch++) {
    for (let unit = 0; unit < units; unit++) {
      const sum = bias[unit]! + dotProduct(filter, unit * depth, input, batch * depth, depth);
      const scaled =
        inDoubles === 0
          ? requantizeWide(sum, multiplier[unit]!, shift[unit]!, wraps, roundsTwice)
          : roundHalfAwayFromZero(sum * ((inputScale * unitScales[unit]!) / outputScale));
      output[batch * units + unit] = clamp(scaled, activationMin, activationMax);
    }
  }
}
