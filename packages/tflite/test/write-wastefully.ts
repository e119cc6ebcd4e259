import { Builder, type Offset } from "flatbuffers";
import {
  type Field,
  fieldsOf,
  type NewRow,
  scalarBytes,
  type TableName,
} from "../src/schema/schema-types.ts";

/**
 * A model as the official FlatBuffers runtime writes it: everything stored as often as it occurs, fields padded,
 * defaults written out. `forceAlign: false`: without the alignment that the schema asks for data, as generated code
 * writes it. What other tools' files look like, for tests of reading and repacking.
 */
export function writeWastefully(
  model: NewRow<"Model">,
  { forceAlign = true }: { readonly forceAlign?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const builder = new Builder(1024);
  builder.forceDefaults(true);
  builder.finish(writeTable("Model", model), "TFL3");
  return new Uint8Array(builder.asUint8Array());

  function writeTable(table: TableName, row: NewFields): Offset {
    const present = fieldsOf[table].filter(({ name }) => row[name] !== undefined);
    // Children first: a table may not be written while another is under way.
    const offsets = new Map(
      present.map((field) => [field.name, writeContents(field, row[field.name])]),
    );
    builder.startObject((fieldsOf[table].at(-1)?.id ?? -1) + 1);
    for (const field of present) {
      const offset = offsets.get(field.name) ?? 0;
      if (field.kind === "union") {
        const { table: member } = row[field.name] as { table: TableName };
        builder.addFieldInt8(field.id - 1, field.members.indexOf(member) + 1, 0);
      }
      if (field.kind === "scalar") addScalar(builder, field, row[field.name]);
      else builder.addFieldOffset(field.id, offset, 0);
    }
    return builder.endObject();
  }

  function writeContents(field: Field, value: unknown): Offset {
    switch (field.kind) {
      case "scalar":
        return 0;
      case "string":
        return builder.createString(value as string);
      case "table":
        return writeTable(field.table, value as NewFields);
      case "union": {
        const { table, row } = value as { table: TableName; row: NewFields };
        return writeTable(table, row);
      }
      case "tables": {
        const rows = (value as readonly NewFields[]).map((row) => writeTable(field.table, row));
        builder.startVector(4, rows.length, 4);
        for (const row of rows.toReversed()) builder.addOffset(row);
        return builder.endVector();
      }
      default: {
        const array = value as Uint8Array;
        const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        const elementBytes = scalarBytes[field.type];
        builder.startVector(
          elementBytes,
          array.length,
          forceAlign ? field.alignment : elementBytes,
        );
        for (const byte of bytes.toReversed()) builder.addInt8(byte);
        return builder.endVector();
      }
    }
  }
}

type NewFields = Readonly<Record<string, unknown>>;

function addScalar(
  builder: Builder,
  { id, type }: Extract<Field, { kind: "scalar" }>,
  value: unknown,
): void {
  if (type === "float32") builder.addFieldFloat32(id, value as number, 0);
  else if (scalarBytes[type] === 8) builder.addFieldInt64(id, value as bigint, 0n);
  else if (scalarBytes[type] === 4) builder.addFieldInt32(id, value as number, 0);
  else builder.addFieldInt8(id, Number(value), 0);
}
