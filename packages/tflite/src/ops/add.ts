import type { OpOf } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import { inputType, isQuantizedInt16, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const add: StoredOp<OpOf<"add">> = {
  builtin: "ADD",
  requiredInputs: 2,
  version(op, tensors) {
    const type = inputType(op, tensors, 0);
    if (type === "float16") return 6;
    if (type === "int16" && !isQuantizedInt16(op, tensors)) return 5;
    if (type === "int64") return 4;
    if (type === "int16" && outputType(op, tensors) === "int16") return 3;
    return type === "int8" ? 2 : 1;
  },
  readOptions: (stored) => ({
    activation: readActivation(stored("AddOptions").fused_activation_function),
  }),
  writeOptions: (op, tensors) => ({
    table: "AddOptions",
    row: {
      fused_activation_function: writeActivation(op.options.activation),
      // Scales that are powers of two would else be required, and another kernel chosen.
      pot_scale_int16: !isQuantizedInt16(op, tensors),
    },
  }),
};
