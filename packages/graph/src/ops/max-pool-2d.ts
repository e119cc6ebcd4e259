import { type OpRules, requireWindows, shape4dAt } from "../op-rules.ts";
import type { Activation, Padding } from "../spatial.ts";
import type { TensorId } from "../tensor.ts";

/** The largest value of each window; padding cells do not take part. input [batch, height, width, channels] → [batch, outHeight, outWidth, channels] */
export interface MaxPool2d {
  readonly kind: "max-pool-2d";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly padding: Padding;
    readonly strideHeight: number;
    readonly strideWidth: number;
    readonly filterHeight: number;
    readonly filterWidth: number;
    readonly activation: Activation;
  };
}

export const maxPool2d: OpRules<MaxPool2d> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes({ inputs: [input], options }, tensors) {
    const [batch, height, width, channels] = shape4dAt(tensors, input, "input");
    const { filterHeight, filterWidth } = options;
    const out = requireWindows(options, height, width, filterHeight, filterWidth);
    return [[batch, ...out, channels]];
  },
};
