import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampReal } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { type FullyConnectedGeometry, fullyConnectedLayer } from "./fully-connected.ts";

const { fround } = Math;

type Params = FullyConnectedGeometry & Float32Filter;

/**
 * float32 fully-connected layer. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `FullyConnected`, tensorflow/lite/kernels/internal/reference/fully_connected.h.
 */
export function fullyConnectedFloat32(op: OpOf<"fully-connected">, graph: Graph): Step {
  const { geometry, operands } = fullyConnectedLayer(op, graph);
  return makeStep({
    kernel: "fully_connected_float32",
    run: runFullyConnectedFloat32,
    params: { ...geometry, ...float32Filter(graph, operands) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runFullyConnectedFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  const { batches, depth, units, filter, bias, activationMin: min, activationMax: max } = params;
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
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      let weight = unit0 * depth;
      for (let i = inputStart; i < inputStart + depth; i++) {
        const value = input[i]!;
        sum0 = fround(sum0 + fround(filter[weight]! * value));
        sum1 = fround(sum1 + fround(filter[weight + to1]! * value));
        sum2 = fround(sum2 + fround(filter[weight + to2]! * value));
        sum3 = fround(sum3 + fround(filter[weight + to3]! * value));
        weight++;
      }
      output[outputStart + unit0] = clampReal(sum0 + bias[unit0]!, min, max);
      output[outputStart + unit1] = clampReal(sum1 + bias[unit1]!, min, max);
      output[outputStart + unit2] = clampReal(sum2 + bias[unit2]!, min, max);
      output[outputStart + unit3] = clampReal(sum3 + bias[unit3]!, min, max);
    }
  }
}
