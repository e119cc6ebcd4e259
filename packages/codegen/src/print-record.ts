import type { ElementArray, ElementType } from "@smidgen/graph";
import type { CRecord } from "@smidgen/kernels";

/** The C type of an element in memory. */
export const cTypes: { readonly [T in ElementType]: string } = {
  float32: "float",
  float16: "uint16_t",
  int4: "int8_t",
  int8: "int8_t",
  uint8: "uint8_t",
  int16: "int16_t",
  int32: "int32_t",
  int64: "int64_t",
  bool: "uint8_t",
};

const valuesPerLine = 16;

/**
 * A `static const` struct, field by field, behind the arrays that it points to and that are not there yet.
 *
 * struct: its type, `struct smg_fully_connected_int8`. Arrays are called after the record and their field.
 */
export function printRecord(
  struct: string,
  name: string,
  record: CRecord,
  pool: ArrayPool = arrayPool(),
): string {
  const arrays: string[] = [];
  const fields = printFields(name, record, "  ", (array, values) => {
    const { name: shared, isNew } = pool(array, values);
    if (isNew) arrays.push(printArray(shared, values));
    return shared;
  });
  return `${arrays.join("")}static const ${struct} ${name} = {\n${fields}};\n`;
}

/** The name of an array: the one it is given, or that of an equal array that came before. */
export type ArrayPool = (
  name: string,
  values: ElementArray,
) => { readonly name: string; readonly isNew: boolean };

export function arrayPool(): ArrayPool {
  const names = new Map<string, string>();
  return (name, values) => {
    const content = `${elementTypeOf(values)} ${values.join()}`;
    const known = names.get(content);
    if (known !== undefined) return { name: known, isNew: false };
    names.set(content, name);
    return { name, isNew: true };
  };
}

/** `static const int8_t name[3] = { … };` */
export function printArray(name: string, values: ElementArray): string {
  // Loops over few bytes gain nothing from it.
  const alignment = values.byteLength < 64 ? "" : "SMG_ALIGNED ";
  const lines: string[] = [];
  for (let start = 0; start < values.length; start += valuesPerLine) {
    const line = Array.from(values.subarray(start, start + valuesPerLine) as Int8Array, (value) =>
      printNumber(value),
    );
    lines.push(`  ${line.join(", ")},\n`);
  }
  return `${alignment}static const ${elementTypeOf(values)} ${name}[${values.length}] = {\n${lines.join("")}};\n`;
}

/** A number as a C constant: an integer if int32 has it, else a float or a double, exactly. */
export function printNumber(value: number | bigint): string {
  if (typeof value === "bigint") return printInteger64(value);
  if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31) {
    // What C reads in "-2147483648" is a minus and a number that int32 does not have.
    return value === -(2 ** 31) ? "(-2147483647 - 1)" : String(value);
  }
  if (!Number.isFinite(value)) throw new Error(`${value} cannot be a constant`);
  return `${printDecimal(value)}${Math.fround(value) === value ? "f" : ""}`;
}

function printFields(
  prefix: string,
  record: CRecord,
  indent: string,
  arrayOf: (name: string, values: ElementArray) => string,
): string {
  const lines = Object.entries(record).map(([field, value]) => {
    const name = `${prefix}_${field}`;
    if (typeof value === "number") return `${indent}.${field} = ${printNumber(value)},\n`;
    if (ArrayBuffer.isView(value)) {
      return `${indent}.${field} = ${arrayOf(name, value)},\n`;
    }
    const inner = printFields(name, value, `${indent}  `, arrayOf);
    return `${indent}.${field} = {\n${inner}${indent}},\n`;
  });
  return lines.join("");
}

/** A string as C reads it: UTF-8, with octal escapes for all that is not plain. No two question marks make a trigraph. */
export function printString(text: string): string {
  const characters = Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCodePoint(byte);
    if (/[\w ,.;:!()+\-*/=<>[\]{}#%&'^|~@$]/.test(character)) return character;
    return `\\${byte.toString(8).padStart(3, "0")}`;
  });
  return `"${characters.join("")}"`;
}

/** JavaScript prints as many digits as tell a double from its neighbours. */
function printDecimal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function printInteger64(value: bigint): string {
  return value === -(2n ** 63n)
    ? "(INT64_C(-9223372036854775807) - 1)"
    : `INT64_C(${value.toString()})`;
}

function elementTypeOf(values: ElementArray): string {
  if (values instanceof Float32Array) return "float";
  if (values instanceof BigInt64Array) return "int64_t";
  const sign = values instanceof Uint8Array || values instanceof Uint16Array ? "u" : "";
  return `${sign}int${values.BYTES_PER_ELEMENT * 8}_t`;
}
