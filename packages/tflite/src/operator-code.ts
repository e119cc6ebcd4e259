import { enums } from "./schema/enums.ts";
import type { NewRow, Row } from "./schema/schema-types.ts";

/**
 * The builtin operator that a code stands for.
 *
 * Codes above 127 do not fit in the older field, which then holds the placeholder 127.
 * Source: `GetBuiltinCode`, tflite/converter/schema/schema_utils.cc of LiteRT.
 */
export function builtinCode(code: Row<"OperatorCode">): number {
  return Math.max(code.deprecated_builtin_code, code.builtin_code);
}

/** `CONV_2D`, `CUSTOM "my_op"`, or `operator 999` for a code that this schema does not know. */
export function operatorName(code: Row<"OperatorCode">): string {
  const builtin = builtinCode(code);
  const name = enums.BuiltinOperator.names[builtin] ?? `operator ${builtin}`;
  return name === "CUSTOM" ? `CUSTOM "${code.custom_code ?? ""}"` : name;
}

/** A code in both fields, so that readers of either find it. */
export function newOperatorCode(builtin: number, version: number): NewRow<"OperatorCode"> {
  return {
    deprecated_builtin_code: Math.min(builtin, placeholder),
    builtin_code: builtin,
    version,
  };
}

const placeholder: number = enums.BuiltinOperator.names.indexOf("PLACEHOLDER_FOR_GREATER_OP_CODES");
