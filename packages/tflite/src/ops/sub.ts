import type { OpOf } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import { isQuantizedInt16, versionOfBinary } from "./operand-types.ts";
import { inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const sub: StoredOp<OpOf<"sub">> = {
  builtin: "SUB",
  requiredInputs: 2,
  version(op, tensors) {
    if (isQuantizedInt16(op, tensors)) return 5;
    return inputType(op, tensors, 0) === "int64" ? 4 : versionOfBinary(op, tensors, 1);
  },
  readOptions: (stored) => ({
    activation: readActivation(stored("SubOptions").fused_activation_function),
  }),
  writeOptions: (op, tensors) => ({
    table: "SubOptions",
    row: {
      fused_activation_function: writeActivation(op.options.activation),
      // Scales that are powers of two would else be required, and another kernel chosen.
      pot_scale_int16: !isQuantizedInt16(op, tensors),
    },
  }),
};
