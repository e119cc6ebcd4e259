import { type Extent, readFlatbuffer } from "./flatbuffer/read-flatbuffer.ts";
import type { Row, TableName } from "./schema/schema-types.ts";

/** A file as its tables, and where each of them lies. */
export interface OpenModel {
  readonly fileName: string;
  readonly file: Uint8Array;
  readonly model: Row<"Model">;
  readonly extents: readonly Extent[];
  /** Fields, and members of unions, that the schema does not have: the file was written for a newer one. */
  readonly unknownFields: readonly { readonly table: TableName; readonly id: number }[];
}

/** @throws UserError `not-tflite`, `truncated-file` or `invalid-tflite` */
export function openModel(file: Uint8Array, fileName: string): OpenModel {
  const extents: Extent[] = [];
  const unknownFields: { table: TableName; id: number }[] = [];
  const model = readFlatbuffer(file, {
    fileName,
    onExtent: (extent) => extents.push(extent),
    onUnknownField: (table, id) => unknownFields.push({ table, id }),
  });
  return { fileName, file, model, extents, unknownFields };
}
