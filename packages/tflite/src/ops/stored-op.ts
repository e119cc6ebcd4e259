import type { Op, Tensor, TensorId } from "@smidgen/graph";
import type { enums } from "../schema/enums.ts";
import type { NewUnionRow, Row } from "../schema/schema-types.ts";
import type { unions } from "../schema/unions.ts";

export type BuiltinName = (typeof enums.BuiltinOperator.names)[number];
export type OptionsTable = (typeof unions.BuiltinOptions)[number];

/** How an operator is stored in a `.tflite` file: what every file in `ops/` says. */
export interface StoredOp<O extends Op> {
  readonly builtin: BuiltinName;
  /** How many operands must be present, or which; the others may be left out or be −1. */
  readonly requiredInputs: number | readonly number[];
  /** Whether runtimes count operands, so that those which are left out at the end are written as −1. */
  readonly writesAbsentInputs?: boolean;
  /** Tensors without contents that carry the quantization of inner results. */
  readonly intermediates?: (op: O) => readonly TensorId[];
  /**
   * The version of the operator that understands these operands and options.
   *
   * Source: `GetBuiltinOperatorVersion`, tflite/converter/tools/versioning/op_version.cc of LiteRT.
   */
  readonly version: (op: O, tensors: readonly Tensor[]) => number;
  /**
   * The graph's options.
   *
   * @throws UserError `unsupported-options`, if a graph cannot say what the file says.
   */
  readonly readOptions: (stored: StoredOptions, operands: StoredOperands) => O["options"];
  /** The options table of the file; absent for operators that need none. */
  readonly writeOptions: (
    op: O,
    tensors: readonly Tensor[],
  ) => NewUnionRow<"BuiltinOptions"> | undefined;
}

/** Operands while a file is read. */
export interface StoredOperands {
  /** Absent operands are `undefined`. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  /** Tensors without contents that carry the quantization of inner results. */
  readonly intermediates: readonly TensorId[];
}

/** The options table of an operator; one that the file leaves out has every default. */
export type StoredOptions = <T extends OptionsTable>(table: T) => Row<T>;

export const noOptions = { readOptions: () => ({}), writeOptions: () => undefined } as const;
