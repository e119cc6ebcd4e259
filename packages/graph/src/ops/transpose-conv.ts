import {
  int32ConstantAt,
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
 * Each input cell adds a scaled copy of the filter to the output: the gradient of a convolution.
 *
 * outputShape int32 constant [4], filter [outChannels, filterHeight, filterWidth, channels],
 * input [batch, height, width, channels], bias [outChannels] → outputShape.
 */
export interface TransposeConv {
  readonly kind: "transpose-conv";
  readonly inputs: readonly [
    outputShape: TensorId,
    filter: TensorId,
    input: TensorId,
    bias: TensorId | undefined,
  ];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly padding: Padding;
    readonly strideHeight: number;
    readonly strideWidth: number;
    readonly activation: Activation;
  };
}

export const transposeConv: OpRules<TransposeConv> = {
  inputs: ["outputShape", "filter", "input", "bias"],
  outputs: ["output"],
  outputShapes({ inputs: [shapeId, filterId, inputId, biasId], options }, tensors) {
    const shape = int32ConstantAt(tensors, shapeId, "outputShape");
    const [batch, outHeight, outWidth, outChannels] = shape as readonly [
      number,
      number,
      number,
      number,
    ];
    requireRule(shape.length === 4, `outputShape has ${shape.length} entries, 4 expected`);
    const [inputBatch, height, width, channels] = shape4dAt(tensors, inputId, "input");
    const [units, filterHeight, filterWidth, depth] = shape4dAt(tensors, filterId, "filter");
    requireRule(channels === depth, `input has ${channels} channels, filter has ${depth}`);
    requireRule(
      batch === inputBatch && outChannels === units,
      `outputShape [${shape.join(", ")}] does not fit batch ${inputBatch} and ${units} filters`,
    );
    requireBias(tensors, biasId, units);
    const [backHeight, backWidth] = requireWindows(
      options,
      outHeight,
      outWidth,
      filterHeight,
      filterWidth,
    );
    requireRule(
      backHeight === height && backWidth === width,
      `a convolution takes ${outHeight}×${outWidth} to ${backHeight}×${backWidth}, the input is ${height}×${width}`,
    );
    return [shape];
  },
  multiplyAccumulates({ inputs: [, filter, input] }, tensors) {
    const [outChannels, filterHeight, filterWidth] = shape4dAt(tensors, filter, "filter");
    return elementCount(shapeAt(tensors, input)) * outChannels * filterHeight * filterWidth;
  },
};
