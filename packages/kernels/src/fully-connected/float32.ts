import type { Graph, OpOf } from "@smidgen/graph";
import { type ActivationRange, float32ActivationRange } from "../activation-range.ts";
import { biasOrZeros, constantOfType, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { type FullyConnectedGeometry, fullyConnectedGeometry } from "./fully-connected.ts";

const { fround } = Math;

type Params = FullyConnectedGeometry &
  ActivationRange & {
    readonly filter: Float32Array; // [units, depth]
    readonly bias: Float32Array; // [units]
  };

/**
 * float32 fully-connected layer. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `FullyConnected`, tensorflow/lite/kernels/internal/reference/fully_connected.h.
 */
export function fullyConnectedFloat32(op: OpOf<"fully-connected">, graph: Graph): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  tensorOfType(graph, outputId, "output", "float32");
  const geometry = fullyConnectedGeometry(op, graph);
  return makeStep({
    kernel: "fully_connected_float32",
    run: runFullyConnectedFloat32,
    params: {
      ...geometry,
      filter: constantOfType(graph, filterId, "filter", "float32"),
      bias: biasOrZeros(graph, biasId, "float32", geometry.units),
      ...float32ActivationRange(op.options.activation),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runFullyConnectedFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  const { batches, depth, units, filter, bias, activationMin, activationMax } = params;
  for (let batch = 0; batch < batches; batch++) {
    const inputStart = batch * depth;
    for (let unit = 0; unit < units; unit++) {
      const filterStart = unit * depth;
      let sum = 0;
      for (let i = 0; i < depth; i++) {
        sum = fround(sum + fround(filter[filterStart + i]! * input[inputStart + i]!));
      }
      output[batch * units + unit] = clamp(sum + bias[unit]!, activationMin, activationMax);
    }
  }
}
