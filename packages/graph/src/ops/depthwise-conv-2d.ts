import {
  type OpRules,
  requireBias,
  requireRule,
  requireWindows,
  shape4dAt,
  shapeAt,
} from "../op-rules.ts";
import type { Activation, Padding } from "../spatial.ts";
import { elementCount, type TensorId } from "../tensor.ts";

/**
 * Each input channel is convolved alone, with `depthMultiplier` filters of its own.
 *
 * input [batch, height, width, channels], filter [1, filterHeight, filterWidth, channels × depthMultiplier],
 * bias [channels × depthMultiplier] → [batch, outHeight, outWidth, channels × depthMultiplier].
 * Output channel `c × depthMultiplier + m` reads input channel `c`.
 */
export interface DepthwiseConv2d {
  readonly kind: "depthwise-conv-2d";
  readonly inputs: readonly [input: TensorId, filter: TensorId, bias: TensorId | undefined];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly padding: Padding;
    readonly strideHeight: number;
    readonly strideWidth: number;
    readonly dilationHeight: number;
    readonly dilationWidth: number;
    readonly depthMultiplier: number;
    readonly activation: Activation;
  };
}

export const depthwiseConv2d: OpRules<DepthwiseConv2d> = {
  inputs: ["input", "filter", "bias"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, filterId, biasId], options }, tensors) {
    const [batch, height, width, channels] = shape4dAt(tensors, inputId, "input");
    const [one, filterHeight, filterWidth, outChannels] = shape4dAt(tensors, filterId, "filter");
    requireRule(one === 1, `first dimension of filter is ${one}, 1 expected`);
    requireRule(
      outChannels === channels * options.depthMultiplier,
      `filter has ${outChannels} channels, input has ${channels} with depth multiplier ${options.depthMultiplier}`,
    );
    requireBias(tensors, biasId, outChannels);
    const [outHeight, outWidth] = requireWindows(options, height, width, filterHeight, filterWidth);
    return [[batch, outHeight, outWidth, outChannels]];
  },
  multiplyAccumulates({ inputs: [, filter], outputs: [output] }, tensors) {
    const [, filterHeight, filterWidth] = shape4dAt(tensors, filter, "filter");
    return elementCount(shapeAt(tensors, output)) * filterHeight * filterWidth;
  },
};
