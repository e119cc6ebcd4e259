import { hashBytes, hasSameBytes } from "../same-bytes.ts";
import {
  type Field,
  fieldsOf,
  type NewRow,
  scalarBytes,
  type ScalarName,
  type ScalarValues,
  type TableName,
} from "../schema/schema-types.ts";
import { layOut, type Part } from "./lay-out.ts";

/**
 * A model as the bytes of a `.tflite` file, as few as the format allows us: whatever is equal is stored once and
 * pointed to from many places (vectors, strings, vtables, whole tables), tables have no padding inside, and the
 * gaps that alignment leaves are filled with small parts.
 *
 * Absent stays absent, and a scalar that has its default is left out. The same rows give the same bytes.
 *
 * Source: the FlatBuffers binary format ("FlatBuffer Internals").
 */
export function writeFlatbuffer(model: NewRow<"Model">): Uint8Array<ArrayBuffer> {
  const parts = newPartStore();
  const root = tablePart("Model", model);
  return layOut(root, parts.all, "TFL3");

  function tablePart(table: TableName, row: NewFields): Part {
    const values = fieldsOf[table].flatMap((field) => fieldValues(field, row[field.name]));
    // Eight-byte values first, behind the four bytes that point to the vtable: so nothing needs padding.
    const ordered = values.toSorted((a, b) => b.size - a.size || a.id - b.id);
    const offsets = new Map<number, number>();
    let end = 4;
    for (const { id, size } of ordered) {
      offsets.set(id, end);
      end += size;
    }
    const bytes = new Uint8Array(end);
    const view = new DataView(bytes.buffer);
    const pointers: { readonly at: number; readonly to: Part }[] = [];
    for (const { id, value, type } of ordered) {
      const at = offsets.get(id) as number;
      if (type === "part") pointers.push({ at, to: value as Part });
      else scalarWriters[type](view, at, value as never);
    }
    const hasEightBytes = ordered[0]?.size === 8;
    return parts.share({
      bytes,
      alignment: hasEightBytes ? 8 : 4,
      phase: hasEightBytes ? 4 : 0,
      pointers,
      vtable: vtablePart(offsets, end),
    });
  }

  function vtablePart(offsets: ReadonlyMap<number, number>, tableBytes: number): Part {
    const fieldCount = Math.max(0, ...[...offsets.keys()].map((id) => id + 1));
    const words = new Uint16Array(2 + fieldCount);
    words[0] = words.byteLength;
    words[1] = tableBytes;
    for (const [id, offset] of offsets) words[2 + id] = offset;
    const bytes = new Uint8Array(words.length * 2);
    const view = new DataView(bytes.buffer);
    words.forEach((word, i) => view.setUint16(2 * i, word, true));
    return parts.share({ bytes, alignment: 2, phase: 0, pointers: [], vtable: undefined });
  }

  function fieldValues(field: Field, value: unknown): readonly FieldValue[] {
    if (value === undefined) return [];
    const { id } = field;
    const part = (to: Part): FieldValue => ({ id, size: 4, type: "part", value: to });
    switch (field.kind) {
      case "scalar":
        return value === field.absent
          ? []
          : [{ id, size: scalarBytes[field.type], type: field.type, value }];
      case "string":
        return [part(stringPart(value as string))];
      case "vector":
        return [part(vectorPart(value as ArrayBufferView & ArrayLike<unknown>, field.alignment))];
      case "table":
        return [part(tablePart(field.table, value as NewFields))];
      case "tables":
        return [
          part(
            tablesPart((value as readonly NewFields[]).map((row) => tablePart(field.table, row))),
          ),
        ];
      case "union": {
        const { table, row } = value as { table: TableName; row: NewFields };
        const code = field.members.indexOf(table) + 1;
        if (code === 0) throw new Error(`${table} is not a member of ${field.name}`);
        return [{ id: id - 1, size: 1, type: "uint8", value: code }, part(tablePart(table, row))];
      }
    }
    return field satisfies never;
  }

  function stringPart(text: string): Part {
    const encoded = new TextEncoder().encode(text);
    const bytes = new Uint8Array(4 + encoded.length + 1);
    new DataView(bytes.buffer).setUint32(0, encoded.length, true);
    bytes.set(encoded, 4);
    return parts.share({ bytes, alignment: 4, phase: 0, pointers: [], vtable: undefined });
  }

  function vectorPart(array: ArrayBufferView & ArrayLike<unknown>, alignment: number): Part {
    const bytes = new Uint8Array(4 + array.byteLength);
    new DataView(bytes.buffer).setUint32(0, array.length, true);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), 4);
    const coarse = alignment > 4 && array.length > 0;
    // The first element is aligned, and its length lies in the four bytes before it.
    return parts.share({
      bytes,
      alignment: coarse ? alignment : 4,
      phase: coarse ? 4 : 0,
      pointers: [],
      vtable: undefined,
    });
  }

  function tablesPart(elements: readonly Part[]): Part {
    const bytes = new Uint8Array(4 + 4 * elements.length);
    new DataView(bytes.buffer).setUint32(0, elements.length, true);
    return parts.share({
      bytes,
      alignment: 4,
      phase: 0,
      pointers: elements.map((to, i) => ({ at: 4 + 4 * i, to })),
      vtable: undefined,
    });
  }
}

type NewFields = Readonly<Record<string, unknown>>;

interface FieldValue {
  readonly id: number;
  readonly size: number;
  readonly type: ScalarName | "part";
  readonly value: unknown;
}

const scalarWriters: {
  readonly [T in ScalarName]: (view: DataView, at: number, value: ScalarValues[T]) => void;
} = {
  bool: (view, at, value) => view.setUint8(at, value ? 1 : 0),
  int8: (view, at, value) => view.setInt8(at, value),
  uint8: (view, at, value) => view.setUint8(at, value),
  int16: (view, at, value) => view.setInt16(at, value, true),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  uint32: (view, at, value) => view.setUint32(at, value, true),
  float32: (view, at, value) => view.setFloat32(at, value, true),
  int64: (view, at, value) => view.setBigInt64(at, value, true),
  uint64: (view, at, value) => view.setBigUint64(at, value, true),
};

/** Parts in the order in which they were made, each content once. */
function newPartStore(): { readonly all: readonly Part[]; readonly share: (part: Part) => Part } {
  const all: Part[] = [];
  const ids = new Map<Part, number>();
  const buckets = new Map<string, Part[]>();
  return {
    all,
    share(part) {
      // What it points to is shared already, so that identity stands for equality.
      const references = [part.vtable, ...part.pointers.map(({ to }) => to)].map((to) =>
        to === undefined ? -1 : ids.get(to),
      );
      const key = [
        part.alignment,
        part.phase,
        part.bytes.length,
        hashBytes(part.bytes),
        ...references,
      ].join();
      const bucket = buckets.get(key) ?? [];
      const same = bucket.find(
        (other) =>
          hasSameBytes(other.bytes, part.bytes) &&
          other.pointers.every(({ at }, i) => at === part.pointers[i]?.at),
      );
      if (same !== undefined) return same;
      ids.set(part, all.push(part) - 1);
      bucket.push(part);
      buckets.set(key, bucket);
      return part;
    },
  };
}
