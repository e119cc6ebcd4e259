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
 * input [batch, height, width, channels], filter [outChannels, filterHeight, filterWidth, channels / groups],
 * bias [outChannels] → [batch, outHeight, outWidth, outChannels]
 */
export interface Conv2d {
  readonly kind: "conv-2d";
  readonly inputs: readonly [input: TensorId, filter: TensorId, bias: TensorId | undefined];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly padding: Padding;
    readonly strideHeight: number;
    readonly strideWidth: number;
    readonly dilationHeight: number;
    readonly dilationWidth: number;
    readonly activation: Activation;
  };
}

export const conv2d: OpRules<Conv2d> = {
  inputs: ["input", "filter", "bias"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, filterId, biasId], options }, tensors) {
    const [batch, height, width, channels] = shape4dAt(tensors, inputId, "input");
    const [outChannels, filterHeight, filterWidth, depth] = shape4dAt(tensors, filterId, "filter");
    requireRule(
      channels % depth === 0,
      `input has ${channels} channels, which do not divide by filter depth ${depth}`,
    );
    const groups = channels / depth;
    requireRule(
      outChannels % groups === 0,
      `${outChannels} output channels do not divide by ${groups} groups`,
    );
    requireBias(tensors, biasId, outChannels);
    const [outHeight, outWidth] = requireWindows(options, height, width, filterHeight, filterWidth);
    return [[batch, outHeight, outWidth, outChannels]];
  },
  multiplyAccumulates({ inputs: [, filter], outputs: [output] }, tensors) {
    const [outChannels, filterHeight, filterWidth, depth] = shape4dAt(tensors, filter, "filter");
    const cells = elementCount(shapeAt(tensors, output)) / outChannels;
    return cells * outChannels * filterHeight * filterWidth * depth;
  },
};
