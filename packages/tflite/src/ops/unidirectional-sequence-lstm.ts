import { UserError } from "@smidgen/errors";
import type { OpOf } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import { inputType, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const unidirectionalSequenceLstm: StoredOp<OpOf<"unidirectional-sequence-lstm">> = {
  builtin: "UNIDIRECTIONAL_SEQUENCE_LSTM",
  requiredInputs: [0, 2, 3, 4, 6, 7, 8, 13, 14, 15, 18, 19],
  // TFLM takes 24 operands, no fewer.
  writesAbsentInputs: true,
  intermediates: ({ options }) => options.intermediates,
  version(op, tensors) {
    const types = [inputType(op, tensors, 0), inputType(op, tensors, 2), outputType(op, tensors)];
    if (types.join() === "int16,int8,int16") return 5;
    if (types.join() !== "float32,int8,float32") return 1;
    return op.options.asymmetricQuantizeInputs ? 3 : 2;
  },
  readOptions: (stored, { intermediates }) => {
    const row = stored("UnidirectionalSequenceLSTMOptions");
    if (row.diagonal_recurrent_tensors) {
      throw new UserError("unsupported-options", "has diagonal recurrent weights");
    }
    return {
      activation: readActivation(row.fused_activation_function),
      cellClip: row.cell_clip,
      projectionClip: row.proj_clip,
      timeMajor: row.time_major,
      asymmetricQuantizeInputs: row.asymmetric_quantize_inputs,
      intermediates,
    };
  },
  writeOptions: ({ options }) => ({
    table: "UnidirectionalSequenceLSTMOptions",
    row: {
      fused_activation_function: writeActivation(options.activation),
      cell_clip: options.cellClip,
      proj_clip: options.projectionClip,
      time_major: options.timeMajor,
      asymmetric_quantize_inputs: options.asymmetricQuantizeInputs,
    },
  }),
};
