import type { OpOf } from "@smidgen/graph";
import type { StoredOp } from "./stored-op.ts";

export const reshape: StoredOp<OpOf<"reshape">> = {
  builtin: "RESHAPE",
  requiredInputs: 1,
  version: () => 1,
  /** What the shape operand holds, else the option, else the shape of the output: files have any of them. */
  readOptions(stored, { inputs: [, shape], outputs: [output] }) {
    if (shape?.data instanceof Int32Array) return { newShape: [...shape.data] };
    const option = stored("ReshapeOptions").new_shape;
    // Old writers mean a scalar by [0].
    if (option !== undefined) return { newShape: option.join() === "0" ? [] : [...option] };
    return { newShape: output?.shape ?? [] };
  },
  writeOptions: ({ options: { newShape } }) => ({
    table: "ReshapeOptions",
    row: { new_shape: Int32Array.from(newShape) },
  }),
};
