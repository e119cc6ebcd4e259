import {
  type OpRules,
  requireBias,
  requireRule,
  requireShape,
  requireState,
  shapeAt,
} from "../op-rules.ts";
import type { Activation } from "../spatial.ts";
import type { TensorId } from "../tensor.ts";

/**
 * A singular value decomposition filter: a dense layer whose last results are kept and filtered over time.
 *
 * input [batch, depth], featureWeights [filters, depth], timeWeights [filters, memory], bias [units],
 * state [batch, filters × memory] (a variable) → [batch, units], where filters = units × rank.
 * Source: Nakkiran et al., Compressing Deep Neural Networks using a Rank-Constrained Topology, 2015.
 */
export interface Svdf {
  readonly kind: "svdf";
  readonly inputs: readonly [
    input: TensorId,
    featureWeights: TensorId,
    timeWeights: TensorId,
    bias: TensorId | undefined,
    state: TensorId,
  ];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly rank: number;
    readonly activation: Activation;
    readonly asymmetricQuantizeInputs: boolean;
  };
}

export const svdf: OpRules<Svdf> = {
  inputs: ["input", "featureWeights", "timeWeights", "bias", "state"],
  outputs: ["output"],
  outputShapes(
    { inputs: [inputId, featureId, timeId, biasId, stateId], options: { rank } },
    tensors,
  ) {
    for (const [operand, id] of [
      ["input", inputId],
      ["featureWeights", featureId],
      ["timeWeights", timeId],
    ] as const) {
      const { length } = shapeAt(tensors, id);
      requireRule(length === 2, `${operand} has rank ${length}, 2 expected`);
    }
    const [batch, depth] = shapeAt(tensors, inputId) as readonly [number, number];
    const [filters] = shapeAt(tensors, featureId) as readonly [number, number];
    const [, memory] = shapeAt(tensors, timeId) as readonly [number, number];
    requireShape(tensors, featureId, [filters, depth], "featureWeights");
    requireShape(tensors, timeId, [filters, memory], "timeWeights");
    requireRule(
      rank > 0 && filters % rank === 0,
      `${filters} filters do not divide by rank ${rank}`,
    );
    const units = filters / rank;
    requireBias(tensors, biasId, units);
    requireState(tensors, stateId, [batch, filters * memory], "state");
    return [[batch, units]];
  },
  multiplyAccumulates({ inputs: [input, feature, time] }, tensors) {
    const [batch = 1] = shapeAt(tensors, input);
    const [filters = 0, depth = 0] = shapeAt(tensors, feature);
    return batch * filters * (depth + (shapeAt(tensors, time)[1] ?? 0));
  },
};
