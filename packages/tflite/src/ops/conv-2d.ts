import type { OpOf } from "@smidgen/graph";
import { readActivation, readPadding, writeActivation, writePadding } from "./fused.ts";
import { hasInt32BiasFor16x8, inputType, isPerAxis, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";
import { tensorTypeCode } from "../schema/tensor-types.ts";

export const conv2d: StoredOp<OpOf<"conv-2d">> = {
  builtin: "CONV_2D",
  requiredInputs: 2,
  version(op, tensors) {
    const [inputId, filterId] = op.inputs;
    const filter = tensors[filterId];
    if (hasInt32BiasFor16x8(op, tensors) && outputType(op, tensors) === "int16") return 8;
    if (tensors[inputId]?.shape[3] !== filter?.shape[3]) return 6;
    const types = [inputType(op, tensors, 0), filter?.type, outputType(op, tensors)].join();
    switch (types) {
      case "int16,int16,int16":
        return 4;
      case "int8,int8,int8":
        return 3;
      case "int8,int4,int8":
        return 7;
      case "float32,int8,float32":
        return isPerAxis(filter) ? 5 : 2;
      default:
        return 1;
    }
  },
  readOptions(stored) {
    const row = stored("Conv2DOptions");
    return {
      padding: readPadding(row.padding),
      strideHeight: row.stride_h,
      strideWidth: row.stride_w,
      dilationHeight: row.dilation_h_factor,
      dilationWidth: row.dilation_w_factor,
      activation: readActivation(row.fused_activation_function),
    };
  },
  writeOptions: (op, tensors) => ({
    table: "Conv2DOptions",
    row: {
      padding: writePadding(op.options.padding),
      stride_w: op.options.strideWidth,
      stride_h: op.options.strideHeight,
      fused_activation_function: writeActivation(op.options.activation),
      dilation_w_factor: op.options.dilationWidth,
      dilation_h_factor: op.options.dilationHeight,
      quantized_bias_type: hasInt32BiasFor16x8(op, tensors) ? tensorTypeCode("int32") : undefined,
    },
  }),
};
