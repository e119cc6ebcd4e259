import type { Shape } from "@smidgen/graph";
import { activationProblems, withActivation } from "../fused-activation.ts";
import { type LayerRules, reasons } from "../layer-rules.ts";
import type { Weight } from "../network.ts";
import { transpose } from "../transpose.ts";
import { windowOptions, windowProblems } from "../window.ts";

/** kernel [height, width, outChannels, inChannels] → filter [outChannels, height, width, inChannels] */
export const conv2dTranspose: LayerRules = {
  problems(call) {
    const { dilationRate = [1, 1] } = call.config as { readonly dilationRate?: readonly number[] };
    return [
      ...windowProblems(call),
      ...reasons([
        dilationRate.some((rate) => rate !== 1),
        `dilationRate is [${dilationRate.join(", ")}]; only 1 is supported`,
      ]),
      ...activationProblems(call),
    ];
  },
  convert(call, b, [input]) {
    const [kernel, bias] = call.weights as [Weight, Weight?];
    const [height, width, outChannels, inChannels] = kernel.shape as [
      number,
      number,
      number,
      number,
    ];
    const filterId = b.floats(
      `${call.weightsName}/filter`,
      [outChannels, height, width, inChannels],
      transpose(kernel.data, kernel.shape, [2, 0, 1, 3]),
    );
    const biasId = bias && b.floats(`${call.weightsName}/bias`, [outChannels], bias.data);
    const sizeId = b.ints(`${call.name}/output_shape`, call.outputs[0].shape as Shape);
    const options = { ...windowOptions(call), activation: "none" } as const;
    return withActivation(call, b, (name) =>
      b.op("transpose-conv", [sizeId, filterId, input, biasId], options, name),
    );
  },
};
