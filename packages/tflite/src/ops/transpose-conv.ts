import type { OpOf } from "@smidgen/graph";
import { tensorTypeCode } from "../schema/tensor-types.ts";
import { readActivation, readPadding, writeActivation, writePadding } from "./fused.ts";
import { hasInt32BiasFor16x8, inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const transposeConv: StoredOp<OpOf<"transpose-conv">> = {
  builtin: "TRANSPOSE_CONV",
  requiredInputs: 3,
  version(op, tensors) {
    // The official function looks for int16 activations at the place of the output shape, and so never says 5.
    if (hasInt32BiasFor16x8(op, tensors, positions)) return 5;
    if (op.options.activation !== "none") return 4;
    if (op.inputs[3] !== undefined) return 3;
    return inputType(op, tensors, 1) === "int8" ? 2 : 1;
  },
  readOptions: (stored) => {
    const row = stored("TransposeConvOptions");
    return {
      padding: readPadding(row.padding),
      strideHeight: row.stride_h,
      strideWidth: row.stride_w,
      activation: readActivation(row.fused_activation_function),
    };
  },
  writeOptions: (op, tensors) => ({
    table: "TransposeConvOptions",
    row: {
      padding: writePadding(op.options.padding),
      stride_w: op.options.strideWidth,
      stride_h: op.options.strideHeight,
      fused_activation_function: writeActivation(op.options.activation),
      quantized_bias_type: hasInt32BiasFor16x8(op, tensors, positions)
        ? tensorTypeCode("int32")
        : undefined,
    },
  }),
};

/** Where its operands are, behind the output shape. */
const positions = { activation: 2, filter: 1, bias: 3 } as const;
