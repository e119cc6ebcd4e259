import { activationProblems, withActivation } from "../fused-activation.ts";
import type { LayerRules } from "../layer-rules.ts";
import type { Weight } from "../network.ts";
import { inputPadding } from "./zero-padding-2d.ts";
import { transpose } from "../transpose.ts";
import { dilationOptions, windowOptions, windowProblems } from "../window.ts";

/** A depthwise convolution, then one of 1×1; the bias and the activation belong to the second. */
export const separableConv2d: LayerRules = {
  problems: (call) => [...windowProblems(call), ...activationProblems(call)],
  convert(call, b, [input], network) {
    const [depthwise, pointwise, bias] = call.weights as [Weight, Weight, Weight?];
    const [height, width, channels, depthMultiplier] = depthwise.shape as [
      number,
      number,
      number,
      number,
    ];
    const middleChannels = channels * depthMultiplier;
    const outChannels = pointwise.shape[3] as number;
    const name = call.weightsName;
    const depthwiseOperands = [
      input,
      b.floats(`${name}/depthwise/filter`, [1, height, width, middleChannels], depthwise.data),
      b.floats(`${name}/depthwise/bias`, [middleChannels], new Float32Array(middleChannels)),
    ] as const;
    const middle = b.op(
      "depthwise-conv-2d",
      depthwiseOperands,
      {
        ...windowOptions(call),
        ...dilationOptions(call),
        ...inputPadding(call, network),
        depthMultiplier,
        activation: "none",
      },
      `${call.name}/depthwise`,
    );
    const pointwiseOperands = [
      middle,
      b.floats(
        `${name}/pointwise/filter`,
        [outChannels, 1, 1, middleChannels],
        transpose(pointwise.data, pointwise.shape, [3, 0, 1, 2]),
      ),
      b.floats(
        `${name}/pointwise/bias`,
        [outChannels],
        bias?.data ?? new Float32Array(outChannels),
      ),
    ] as const;
    const pointwiseOptions = {
      padding: "valid",
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      activation: "none",
    } as const;
    return withActivation(call, b, (linear) =>
      b.op("conv-2d", pointwiseOperands, pointwiseOptions, linear),
    );
  },
};
