import { activationProblems, withActivation } from "../fused-activation.ts";
import type { LayerRules } from "../layer-rules.ts";
import type { Weight } from "../network.ts";
import { inputPadding } from "./zero-padding-2d.ts";
import { transpose } from "../transpose.ts";
import { dilationOptions, windowOptions, windowProblems } from "../window.ts";

/** kernel [height, width, inChannels, outChannels] → filter [outChannels, height, width, inChannels] */
export const conv2d: LayerRules = {
  problems: (call) => [...windowProblems(call), ...activationProblems(call)],
  convert(call, b, [input], network) {
    const [kernel, bias] = call.weights as [Weight, Weight?];
    const [height, width, inChannels, outChannels] = kernel.shape as [
      number,
      number,
      number,
      number,
    ];
    const filterId = b.floats(
      `${call.weightsName}/filter`,
      [outChannels, height, width, inChannels],
      transpose(kernel.data, kernel.shape, [3, 0, 1, 2]),
    );
    // A convolution in a .tflite file has a bias, even if it is zero.
    const biasData = bias?.data ?? new Float32Array(outChannels);
    const biasId = b.floats(`${call.weightsName}/bias`, [outChannels], biasData);
    const options = {
      ...windowOptions(call),
      ...dilationOptions(call),
      ...inputPadding(call, network),
      activation: "none",
    } as const;
    return withActivation(call, b, (name) =>
      b.op("conv-2d", [input, filterId, biasId], options, name),
    );
  },
};
