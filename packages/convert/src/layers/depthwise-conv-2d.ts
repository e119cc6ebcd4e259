import { activationProblems, withActivation } from "../fused-activation.ts";
import { type LayerRules, reasons } from "../layer-rules.ts";
import type { Weight } from "../network.ts";
import { inputPadding } from "./zero-padding-2d.ts";
import { windowOptions, windowProblems } from "../window.ts";

/** kernel [height, width, channels, depthMultiplier] → filter [1, height, width, channels × depthMultiplier] */
export const depthwiseConv2d: LayerRules = {
  problems(call) {
    const { dilationRate } = call.config as { readonly dilationRate: readonly number[] };
    return [
      ...windowProblems(call),
      ...reasons([
        dilationRate.some((rate) => rate !== 1),
        `dilationRate is [${dilationRate.join(", ")}], which TensorFlow.js ignores in this layer`,
      ]),
      ...activationProblems(call),
    ];
  },
  convert(call, b, [input], network) {
    const [kernel, bias] = call.weights as [Weight, Weight?];
    const [height, width, channels, depthMultiplier] = kernel.shape as [
      number,
      number,
      number,
      number,
    ];
    const outChannels = channels * depthMultiplier;
    // The same order of elements: both count the multiplier fastest.
    const filterId = b.floats(
      `${call.weightsName}/filter`,
      [1, height, width, outChannels],
      kernel.data,
    );
    const biasData = bias?.data ?? new Float32Array(outChannels);
    const biasId = b.floats(`${call.weightsName}/bias`, [outChannels], biasData);
    const options = {
      ...windowOptions(call),
      dilationHeight: 1,
      dilationWidth: 1,
      ...inputPadding(call, network),
      depthMultiplier,
      activation: "none",
    } as const;
    return withActivation(call, b, (name) =>
      b.op("depthwise-conv-2d", [input, filterId, biasId], options, name),
    );
  },
};
