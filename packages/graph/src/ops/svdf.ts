import { type OpRules, requireBias, requireRule, shapeAt } from "../op-rules.ts";
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
    const [batch, depth] = shapeAt(tensors, inputId) as readonly [number, number];
    const [filters, featureDepth] = shapeAt(tensors, featureId) as readonly [number, number];
    const [timeFilters, memory] = shapeAt(tensors, timeId) as readonly [number, number];
    requireRule(shapeAt(tensors, inputId).length === 2, "input does not have rank 2");
    requireRule(
      depth === featureDepth,
      `input has depth ${depth}, featureWeights have ${featureDepth}`,
    );
    requireRule(filters === timeFilters, `${filters} feature filters, ${timeFilters} time filters`);
    requireRule(
      rank > 0 && filters % rank === 0,
      `${filters} filters do not divide by rank ${rank}`,
    );
    const units = filters / rank;
    requireBias(tensors, biasId, units);
    const state = shapeAt(tensors, stateId);
    requireRule(
      state.join() === [batch, filters * memory].join() && tensors[stateId]?.isVariable === true,
      `state [${state.join(", ")}] is not a variable of [${batch}, ${filters * memory}]`,
    );
    return [[batch, units]];
  },
  multiplyAccumulates({ inputs: [input, feature, time] }, tensors) {
    const [batch = 1] = shapeAt(tensors, input);
    const [filters = 0, depth = 0] = shapeAt(tensors, feature);
    return batch * filters * (depth + (shapeAt(tensors, time)[1] ?? 0));
  },
};
