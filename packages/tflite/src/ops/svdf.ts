import type { OpOf } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import { inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const svdf: StoredOp<OpOf<"svdf">> = {
  builtin: "SVDF",
  requiredInputs: [0, 1, 2, 4],
  version(op, tensors) {
    const type = inputType(op, tensors, 0);
    if (type === "int8") return 3;
    const isHybrid = type === "float32" && inputType(op, tensors, 1) === "int8";
    if (!isHybrid) return 1;
    return op.options.asymmetricQuantizeInputs ? 4 : 2;
  },
  readOptions: (stored) => {
    const row = stored("SVDFOptions");
    return {
      rank: row.rank,
      activation: readActivation(row.fused_activation_function),
      asymmetricQuantizeInputs: row.asymmetric_quantize_inputs,
    };
  },
  writeOptions: ({ options }) => ({
    table: "SVDFOptions",
    row: {
      rank: options.rank,
      fused_activation_function: writeActivation(options.activation),
      asymmetric_quantize_inputs: options.asymmetricQuantizeInputs,
    },
  }),
};
