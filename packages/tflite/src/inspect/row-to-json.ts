import { fieldsOf, type Field, type TableName } from "../schema/schema-types.ts";

export type Json = number | string | boolean | readonly Json[] | { readonly [name: string]: Json };

/** A table as plain data: numbers that have names as names, what is absent left out, big integers as text. */
export function rowToJson(table: TableName, row: object): { readonly [name: string]: Json } {
  const values = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    fieldsOf[table]
      .filter(({ name }) => values[name] !== undefined)
      .map((field) => [field.name, fieldToJson(field, values[field.name])]),
  );
}

/** JSON has no words for numbers that are not finite, nor room for all 64 bits. */
export function numberToJson(value: number | bigint): number | string {
  const number = Number(value);
  if (typeof value === "bigint") return Number.isSafeInteger(number) ? number : String(value);
  return Number.isFinite(number) ? number : String(number);
}

export function numbersToJson(
  values: Iterable<number | bigint> | undefined,
): readonly (number | string)[] {
  return Array.from(values ?? [], numberToJson);
}

function fieldToJson(field: Field, value: unknown): Json {
  switch (field.kind) {
    case "scalar":
      if (typeof value === "boolean") return value;
      return field.names?.[value as number] ?? numberToJson(value as number | bigint);
    case "vector":
      return numbersToJson(value as Iterable<number | bigint>);
    case "table":
      return rowToJson(field.table, value as object);
    case "tables":
      return (value as readonly object[]).map((row) => rowToJson(field.table, row));
    case "union": {
      const member = value as
        | { table: TableName; row: object }
        | { table: undefined; code: number };
      return member.table === undefined
        ? { unknown: member.code }
        : { [member.table]: rowToJson(member.table, member.row) };
    }
    default:
      return value as string;
  }
}
