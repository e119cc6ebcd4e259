import { UserError } from "@smidgen/errors";
import type { OpOf } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import { hasInt32BiasFor16x8, inputType, isPerAxis, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";
import { tensorTypeCode } from "../schema/tensor-types.ts";

export const fullyConnected: StoredOp<OpOf<"fully-connected">> = {
  builtin: "FULLY_CONNECTED",
  requiredInputs: 2,
  version(op, tensors) {
    const filter = tensors[op.inputs[1]];
    const types = [inputType(op, tensors, 0), filter?.type, outputType(op, tensors)].join();
    if (types === "int16,int4,int16") return 13;
    if (types === "float32,int8,float32" && isPerAxis(filter)) return 12;
    if (types === "int16,int8,int16" && hasInt32BiasFor16x8(op, tensors)) return 11;
    if (types === "int16,int16,int16") return 7;
    if (op.inputs[2] === undefined) return 6;
    if (op.options.keepNumDims) return 5;
    if (types === "int8,int8,int8") return 4;
    if (types === "int8,int4,int8") return 10;
    if (types === "float32,int8,float32")
      return op.options.asymmetricQuantizeInputs === true ? 9 : 3;
    return 1;
  },
  readOptions(stored) {
    const row = stored("FullyConnectedOptions");
    if (row.weights_format !== 0) {
      throw new UserError(
        "unsupported-options",
        `has weights in format ${row.weights_format} (shuffled)`,
      );
    }
    return {
      activation: readActivation(row.fused_activation_function),
      keepNumDims: row.keep_num_dims,
      ...(row.asymmetric_quantize_inputs ? { asymmetricQuantizeInputs: true } : {}),
    };
  },
  writeOptions: (op, tensors) => ({
    table: "FullyConnectedOptions",
    row: {
      fused_activation_function: writeActivation(op.options.activation),
      keep_num_dims: op.options.keepNumDims,
      asymmetric_quantize_inputs: op.options.asymmetricQuantizeInputs,
      quantized_bias_type: hasInt32BiasFor16x8(op, tensors) ? tensorTypeCode("int32") : undefined,
    },
  }),
};
