import type { OpOf } from "@smidgen/graph";
import { readActivation, readPadding, writeActivation, writePadding } from "./fused.ts";
import { inputType, isPerAxis, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const depthwiseConv2d: StoredOp<OpOf<"depthwise-conv-2d">> = {
  builtin: "DEPTHWISE_CONV_2D",
  requiredInputs: 2,
  version(op, tensors) {
    const filter = tensors[op.inputs[1]];
    const types = [inputType(op, tensors, 0), filter?.type, outputType(op, tensors)].join();
    switch (types) {
      case "int16,int16,int16":
        return 5;
      case "float32,int8,float32":
        return isPerAxis(filter) ? 6 : 4;
      case "int8,int8,int8":
        return 3;
      case "int8,int4,int8":
        return 7;
      default:
        return op.options.dilationHeight === 1 && op.options.dilationWidth === 1 ? 1 : 2;
    }
  },
  readOptions(stored, { inputs: [input, filter] }) {
    const row = stored("DepthwiseConv2DOptions");
    return {
      padding: readPadding(row.padding),
      strideHeight: row.stride_h,
      strideWidth: row.stride_w,
      dilationHeight: row.dilation_h_factor,
      dilationWidth: row.dilation_w_factor,
      // Redundant, and left at 0 by some writers: the shapes say it.
      depthMultiplier:
        row.depth_multiplier === 0
          ? Math.floor((filter?.shape[3] ?? 0) / (input?.shape[3] ?? 1))
          : row.depth_multiplier,
      activation: readActivation(row.fused_activation_function),
    };
  },
  writeOptions: ({ options }) => ({
    table: "DepthwiseConv2DOptions",
    row: {
      padding: writePadding(options.padding),
      stride_w: options.strideWidth,
      stride_h: options.strideHeight,
      depth_multiplier: options.depthMultiplier,
      fused_activation_function: writeActivation(options.activation),
      dilation_w_factor: options.dilationWidth,
      dilation_h_factor: options.dilationHeight,
    },
  }),
};
