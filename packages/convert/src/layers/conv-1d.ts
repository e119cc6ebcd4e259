import { activationProblems, withActivation } from "../fused-activation.ts";
import type { LayerRules } from "../layer-rules.ts";
import type { Weight } from "../network.ts";
import { asImage, window1dOptions, window1dProblems } from "../one-dimensional.ts";
import { transpose } from "../transpose.ts";

/** kernel [length, inChannels, outChannels] → filter [outChannels, 1, length, inChannels] */
export const conv1d: LayerRules = {
  problems: (call) => [...window1dProblems(call), ...activationProblems(call)],
  convert(call, b, [input]) {
    const [kernel, bias] = call.weights as [Weight, Weight?];
    const [length, inChannels, outChannels] = kernel.shape as [number, number, number];
    const { dilationRate = [1] } = call.config as { readonly dilationRate?: readonly [number] };
    const filterId = b.floats(
      `${call.weightsName}/filter`,
      [outChannels, 1, length, inChannels],
      transpose(kernel.data, kernel.shape, [2, 0, 1]),
    );
    const biasData = bias?.data ?? new Float32Array(outChannels);
    const biasId = b.floats(`${call.weightsName}/bias`, [outChannels], biasData);
    const options = {
      ...window1dOptions(call),
      dilationHeight: 1,
      dilationWidth: dilationRate[0],
      activation: "none",
    } as const;
    return asImage(call, b, input, (image, name) =>
      withActivation(
        call,
        b,
        (linear) => b.op("conv-2d", [image, filterId, biasId], options, linear),
        name,
      ),
    );
  },
};
