import { activationProblems, withActivation } from "../fused-activation.ts";
import type { LayerRules } from "../layer-rules.ts";
import type { Weight } from "../network.ts";
import { transpose } from "../transpose.ts";

/** kernel [depth, units] → fully-connected with filter [units, depth]. Keeps all dimensions before the last. */
export const dense: LayerRules = {
  problems: activationProblems,
  convert(call, b, [input]) {
    const [kernel, bias] = call.weights as [Weight, Weight?];
    const [depth, units] = kernel.shape as [number, number];
    const filterId = b.floats(
      `${call.weightsName}/filter`,
      [units, depth],
      transpose(kernel.data, kernel.shape, [1, 0]),
    );
    const biasId = bias && b.floats(`${call.weightsName}/bias`, [units], bias.data);
    const keepNumDims = call.inputs[0].shape.length > 2;
    return withActivation(call, b, (name) =>
      b.op("fully-connected", [input, filterId, biasId], { activation: "none", keepNumDims }, name),
    );
  },
};
