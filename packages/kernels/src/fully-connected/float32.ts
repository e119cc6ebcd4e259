import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampRealSum } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { type FullyConnectedGeometry, fullyConnectedLayer } from "./fully-connected.ts";

type Params = FullyConnectedGeometry &
  Float32Filter & {
    /**
     * The filter: eight units side by side, at each of `depth` places, then the next eight; of the last, four where that is enough.
     * Where they run out, the last one is there again.
     * In doubles, which is how they are multiplied: float32 would be converted each time.
     */
    readonly weights: Float64Array;
  };

/**
 * float32 fully-connected layer. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `FullyConnected`, tensorflow/lite/kernels/internal/reference/fully_connected.h.
 */
export function fullyConnectedFloat32(op: OpOf<"fully-connected">, graph: Graph): Step {
  const { geometry, operands } = fullyConnectedLayer(op, graph);
  const layer = float32Filter(graph, operands);
  return makeStep({
    kernel: "fully_connected_float32",
    run: runFullyConnectedFloat32,
    params: { ...geometry, ...layer },
    extras: { weights: sideBySide(layer.filter, geometry) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function sideBySide(filter: Float32Array, { units, depth }: FullyConnectedGeometry): Float64Array {
  const result = new Float64Array(Math.ceil(units / 4) * 4 * depth);
  let next = 0;
  for (let unit0 = 0; unit0 < units; unit0 += 8) {
    const lanes = units - unit0 > 4 ? 8 : 4;
    for (let i = 0; i < depth; i++) {
      for (let lane = 0; lane < lanes; lane++) {
        result[next++] = filter[Math.min(unit0 + lane, units - 1) * depth + i]!;
      }
    }
  }
  return result;
}

function runFullyConnectedFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  const { batches, depth, units, weights, bias, activationMin: min, activationMax: max } = params;
  const last = units - 1;
  for (let batch = 0; batch < batches; batch++) {
    const inputStart = batch * depth;
    const outputStart = batch * units;
    let weight = 0;
    let unit0 = 0;
    for (; unit0 < units - 4; unit0 += 8) {
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      let sum4 = 0;
      let sum5 = 0;
      let sum6 = 0;
      let sum7 = 0;
      for (let i = inputStart; i < inputStart + depth; i++) {
        const value = input[i]!;
        sum0 = Math.fround(sum0 + Math.fround(weights[weight]! * value));
        sum1 = Math.fround(sum1 + Math.fround(weights[weight + 1]! * value));
        sum2 = Math.fround(sum2 + Math.fround(weights[weight + 2]! * value));
        sum3 = Math.fround(sum3 + Math.fround(weights[weight + 3]! * value));
        sum4 = Math.fround(sum4 + Math.fround(weights[weight + 4]! * value));
        sum5 = Math.fround(sum5 + Math.fround(weights[weight + 5]! * value));
        sum6 = Math.fround(sum6 + Math.fround(weights[weight + 6]! * value));
        sum7 = Math.fround(sum7 + Math.fround(weights[weight + 7]! * value));
        weight += 8;
      }
      const unit1 = Math.min(unit0 + 1, last);
      const unit2 = Math.min(unit0 + 2, last);
      const unit3 = Math.min(unit0 + 3, last);
      const unit4 = Math.min(unit0 + 4, last);
      const unit5 = Math.min(unit0 + 5, last);
      const unit6 = Math.min(unit0 + 6, last);
      const unit7 = Math.min(unit0 + 7, last);
      output[outputStart + unit0] = clampRealSum(sum0 + bias[unit0]!, min, max);
      output[outputStart + unit1] = clampRealSum(sum1 + bias[unit1]!, min, max);
      output[outputStart + unit2] = clampRealSum(sum2 + bias[unit2]!, min, max);
      output[outputStart + unit3] = clampRealSum(sum3 + bias[unit3]!, min, max);
      output[outputStart + unit4] = clampRealSum(sum4 + bias[unit4]!, min, max);
      output[outputStart + unit5] = clampRealSum(sum5 + bias[unit5]!, min, max);
      output[outputStart + unit6] = clampRealSum(sum6 + bias[unit6]!, min, max);
      output[outputStart + unit7] = clampRealSum(sum7 + bias[unit7]!, min, max);
    }
    if (unit0 < units) {
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let i = inputStart; i < inputStart + depth; i++) {
        const value = input[i]!;
        sum0 = Math.fround(sum0 + Math.fround(weights[weight]! * value));
        sum1 = Math.fround(sum1 + Math.fround(weights[weight + 1]! * value));
        sum2 = Math.fround(sum2 + Math.fround(weights[weight + 2]! * value));
        sum3 = Math.fround(sum3 + Math.fround(weights[weight + 3]! * value));
        weight += 4;
      }
      const unit1 = Math.min(unit0 + 1, last);
      const unit2 = Math.min(unit0 + 2, last);
      const unit3 = Math.min(unit0 + 3, last);
      output[outputStart + unit0] = clampRealSum(sum0 + bias[unit0]!, min, max);
      output[outputStart + unit1] = clampRealSum(sum1 + bias[unit1]!, min, max);
      output[outputStart + unit2] = clampRealSum(sum2 + bias[unit2]!, min, max);
      output[outputStart + unit3] = clampRealSum(sum3 + bias[unit3]!, min, max);
    }
  }
}
