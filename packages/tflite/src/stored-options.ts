import type { StoredOptions } from "./ops/stored-op.ts";
import { fieldsOf, type Row } from "./schema/schema-types.ts";

/** An operator's options table; every default, if the file has none or one of another operator. */
export function optionsOf({ builtin_options: options }: Row<"Operator">): StoredOptions {
  return (table) => {
    if (options?.table === table) return options.row as never;
    return Object.fromEntries(
      fieldsOf[table].map((field) => [
        field.name,
        field.kind === "scalar" ? field.absent : undefined,
      ]),
    ) as never;
  };
}
