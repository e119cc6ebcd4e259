import { coreTables } from "./core-tables.ts";
import { enums } from "./enums.ts";
import { optionsTables } from "./options-tables.ts";
import { unions } from "./unions.ts";

/**
 * Every table of a `.tflite` file. A field's type is written as
 * `"int32"`, `"int32 = 1"` (default), `"enum Padding"`, `"string"`, `"Tensor"` (table), `"union BuiltinOptions"`,
 * `"int32[]"`, `"Tensor[]"` or `"uint8[] align 16"` (where the first element must lie).
 */
export const tables = { ...coreTables, ...optionsTables } as const;

export type TableName = keyof typeof tables;
export type UnionName = keyof typeof unions;
export type EnumName = keyof typeof enums;

export interface ScalarValues {
  bool: boolean;
  int8: number;
  uint8: number;
  int16: number;
  uint16: number;
  int32: number;
  uint32: number;
  float32: number;
  int64: bigint;
  uint64: bigint;
}
export type ScalarName = keyof ScalarValues;

export interface VectorArrays {
  bool: Uint8Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  float32: Float32Array;
  int64: BigInt64Array;
}
export type VectorName = keyof VectorArrays;

/** A table that was read: scalars have their defaults, everything else that is absent is `undefined`. */
export type Row<T extends TableName> = {
  readonly [F in keyof (typeof tables)[T]]: ReadValue<(typeof tables)[T][F]>;
};

/** A table to write: what is left out stays absent from the file. */
export type NewRow<T extends TableName> = {
  readonly [F in keyof (typeof tables)[T]]?: NewValue<(typeof tables)[T][F]> | undefined;
};

type ReadValue<F> = F extends `${infer T} = ${string}`
  ? ReadValue<T>
  : F extends `${infer T} align ${string}`
    ? ReadValue<T>
    : F extends `enum ${string}`
      ? number
      : F extends ScalarName
        ? ScalarValues[F]
        : F extends "string"
          ? string | undefined
          : F extends `union ${infer U extends UnionName}`
            ? UnionRow<U> | undefined
            : F extends `${infer V extends VectorName}[]`
              ? VectorArrays[V] | undefined
              : F extends `${infer T extends TableName}[]`
                ? readonly Row<T>[] | undefined
                : F extends TableName
                  ? Row<F> | undefined
                  : never;

type NewValue<F> = F extends `union ${infer U extends UnionName}`
  ? NewUnionRow<U>
  : F extends `${infer T extends TableName}[]`
    ? readonly NewRow<T>[]
    : F extends TableName
      ? NewRow<F>
      : ReadValue<F>;

/** The member that a union holds, or the code of one that this schema does not know. */
export type UnionRow<U extends UnionName> =
  | {
      [T in (typeof unions)[U][number]]: { readonly table: T; readonly row: Row<T> };
    }[(typeof unions)[U][number]]
  | UnknownMember;

export interface UnknownMember {
  readonly table: undefined;
  readonly code: number;
}

export type NewUnionRow<U extends UnionName> = {
  [T in (typeof unions)[U][number]]: { readonly table: T; readonly row: NewRow<T> };
}[(typeof unions)[U][number]];

/** A field's notation, taken apart. `id` is its position in the vtable; a union also takes the position before it. */
export type Field =
  | {
      readonly kind: "scalar";
      readonly name: string;
      readonly id: number;
      readonly type: ScalarName;
      readonly absent: ScalarValues[ScalarName];
      /** What its numbers are called, by position. */
      readonly names: readonly string[] | undefined;
    }
  | { readonly kind: "string"; readonly name: string; readonly id: number }
  | {
      readonly kind: "vector";
      readonly name: string;
      readonly id: number;
      readonly type: VectorName;
      readonly alignment: number;
    }
  | {
      readonly kind: "table";
      readonly name: string;
      readonly id: number;
      readonly table: TableName;
    }
  | {
      readonly kind: "tables";
      readonly name: string;
      readonly id: number;
      readonly table: TableName;
    }
  | {
      readonly kind: "union";
      readonly name: string;
      readonly id: number;
      readonly members: readonly TableName[];
    };

/** Bytes of each scalar. */
export const scalarBytes: { readonly [T in ScalarName]: number } = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
};

/** Fields of each table, in the order of their ids. */
export const fieldsOf = Object.fromEntries(
  Object.entries(tables).map(([name, fields]) => [name, parseFields(fields)]),
) as { readonly [T in TableName]: readonly Field[] };

function parseFields(fields: Readonly<Record<string, string>>): readonly Field[] {
  let next = 0;
  return Object.entries(fields).map(([name, notation]) => {
    const field = parseField(name, notation, next);
    next = field.id + 1;
    return field;
  });
}

function parseField(name: string, notation: string, id: number): Field {
  const [type = "", modifier, value = "0"] = notation.split(/ (align|=) /);
  if (type === "string") return { kind: "string", name, id };
  if (type.startsWith("union ")) {
    return { kind: "union", name, id: id + 1, members: unions[type.slice(6) as UnionName] };
  }
  if (type.startsWith("enum ")) {
    const { stored, names } = enums[type.slice(5) as EnumName];
    return { kind: "scalar", name, id, type: stored, absent: Number(value), names };
  }
  if (type in tables) return { kind: "table", name, id, table: type as TableName };
  if (!type.endsWith("[]")) {
    const absent = parseDefault(type, value);
    return { kind: "scalar", name, id, type: type as ScalarName, absent, names: undefined };
  }
  const element = type.slice(0, -2);
  if (element in tables) return { kind: "tables", name, id, table: element as TableName };
  const alignment = modifier === "align" ? Number(value) : scalarBytes[element as VectorName];
  return { kind: "vector", name, id, type: element as VectorName, alignment };
}

function parseDefault(type: string, value: string): ScalarValues[ScalarName] {
  if (type === "bool") return value === "true";
  return scalarBytes[type as ScalarName] === 8 ? BigInt(value) : Number(value);
}
