import { UserError } from "@smidgen/errors";
import { figure } from "../figure.ts";
import {
  type Field,
  fieldsOf,
  type Row,
  scalarBytes,
  type ScalarName,
  type ScalarValues,
  type TableName,
  type VectorArrays,
  type VectorName,
} from "../schema/schema-types.ts";

/** What lies where: told once for every object that something in the file points to. */
export interface Extent {
  readonly kind: "header" | "vtable" | "table" | "vector" | "string";
  /** First byte, and the byte after the last. */
  readonly start: number;
  readonly end: number;
  /** The table that has it: `Tensor`. */
  readonly table: TableName;
  /** The field that points to it: `name`; absent for a table and its vtable. */
  readonly field: string | undefined;
  /** Where the first element lies, and the multiple that this must be of. */
  readonly aligned: { readonly at: number; readonly to: number };
}

export interface ReadFlatbufferOptions {
  /** For messages. */
  readonly fileName: string;
  readonly onExtent?: (extent: Extent) => void;
  /** A field or a union's member that the schema does not have; its contents are not looked at. */
  readonly onUnknownField?: (table: TableName, id: number) => void;
}

const identifier = "TFL3";

/**
 * The whole model as plain rows, every offset checked before it is followed.
 *
 * Rows and vectors that several tables point to are read once and shared. Data vectors (`uint8[]`) are views of
 * `file`, everything else is copied. What the tables announce together is capped by a multiple of the file's
 * size, so that tables which point at each other's contents cannot make a small file large.
 *
 * @throws UserError `not-tflite`, `truncated-file` or `invalid-tflite`, with the place in the file.
 *
 * Source: the FlatBuffers binary format ("FlatBuffer Internals"), and its C++ `Verifier` for what must hold.
 */
export function readFlatbuffer(file: Uint8Array, options: ReadFlatbufferOptions): Row<"Model"> {
  const { fileName, onExtent, onUnknownField } = options;
  // A Buffer's slice() would not copy.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const size = file.byteLength;
  /** Field names and positions in lists, from the root to what is being read. */
  const path: (string | number)[] = [];
  const rows = new Map<TableName, Map<number, Visited>>();
  const arrays = new Map<VectorName, Map<number, VectorArrays[VectorName]>>();
  const strings = new Map<number, string>();
  const vtables = new Set<number>();
  const budget = 8 * size + 2 ** 18;
  let spent = 0;

  if (size < 8 || String.fromCharCode(...bytes.subarray(4, 8)) !== identifier) {
    throw new UserError(
      "not-tflite",
      `${fileName} is not a TensorFlow Lite model: ${describeStart()}`,
      {
        hint: 'A .tflite file has the letters "TFL3" at byte 4.',
      },
    );
  }
  onExtent?.({
    kind: "header",
    start: 0,
    end: 8,
    table: "Model",
    field: undefined,
    aligned: { at: 0, to: 1 },
  });
  return readTable("Model", follow(0)) as unknown as Row<"Model">;

  function describeStart(): string {
    return size < 8
      ? `it has ${figure(size)} bytes`
      : `bytes 4 to 7 are ${[...bytes.subarray(4, 8)].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(" ")}`;
  }

  function place(): string {
    return [
      "Model",
      ...path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)),
    ].join("");
  }

  function invalid(text: string): UserError {
    return new UserError("invalid-tflite", `${fileName} is damaged: ${place()} ${text}`);
  }

  function requireInside(start: number, length: number, what: string, count?: number): void {
    if (start >= 0 && start + length <= size) return;
    const announced = count === undefined ? what : `${figure(count)} ${what}`;
    if (start < 0) throw invalid(`points to ${announced} ${figure(-start)} bytes before the file`);
    throw new UserError(
      "truncated-file",
      `${fileName} has ${figure(size)} bytes; ${place()} announces ${announced} in bytes ${figure(start)} to ${figure(start + length)}`,
      { hint: "The file was cut off or overwritten. Get it again." },
    );
  }

  function spend(amount: number): void {
    spent += amount;
    if (spent > budget) {
      throw invalid(
        `and what was read before it announce more than a file of ${figure(size)} bytes can hold: its tables overlap`,
      );
    }
  }

  /** The position that an unsigned offset points to. */
  function follow(at: number): number {
    requireInside(at, 4, "an offset");
    return at + view.getUint32(at, true);
  }

  function readTable(table: TableName, at: number): Visited["row"] {
    let known = rows.get(table);
    if (known === undefined) rows.set(table, (known = new Map<number, Visited>()));
    const visited = known.get(at);
    if (visited !== undefined) {
      spend(visited.cost);
      return visited.row;
    }
    const spentBefore = spent;
    requireInside(at, 4, "a table");
    const vtable = at - view.getInt32(at, true);
    requireInside(vtable, 4, "a vtable");
    const vtableBytes = view.getUint16(vtable, true);
    const tableBytes = view.getUint16(vtable + 2, true);
    if (vtableBytes < 4 || tableBytes < 4) {
      throw invalid(`has a vtable of ${vtableBytes} bytes for a table of ${tableBytes} bytes`);
    }
    requireInside(vtable, vtableBytes, "a vtable");
    requireInside(at, tableBytes, "a table");
    spend(tableBytes);
    if (onExtent !== undefined) {
      if (!vtables.has(vtable)) {
        vtables.add(vtable);
        onExtent({
          kind: "vtable",
          start: vtable,
          end: vtable + vtableBytes,
          table,
          field: undefined,
          aligned: { at: vtable, to: 2 },
        });
      }
      onExtent({
        kind: "table",
        start: at,
        end: at + tableBytes,
        table,
        field: undefined,
        aligned: { at, to: 4 },
      });
    }
    const fieldCount = Math.floor((vtableBytes - 4) / 2);
    /** Where a field's value lies; `undefined` if it is absent. */
    const locate = (id: number): number | undefined => {
      if (id >= fieldCount) return undefined;
      const offset = view.getUint16(vtable + 4 + 2 * id, true);
      return offset === 0 ? undefined : at + offset;
    };
    const row: Record<string, unknown> = {};
    const fields = fieldsOf[table];
    for (const field of fields) {
      path.push(field.name);
      row[field.name] = readField(table, field, locate);
      path.pop();
    }
    if (onUnknownField !== undefined) {
      for (let id = (fields.at(-1)?.id ?? -1) + 1; id < fieldCount; id++) {
        if (locate(id) !== undefined) onUnknownField(table, id);
      }
    }
    known.set(at, { row, cost: spent - spentBefore });
    return row;
  }

  function readField(
    table: TableName,
    field: Field,
    locate: (id: number) => number | undefined,
  ): unknown {
    const at = locate(field.id);
    if (field.kind === "scalar")
      return at === undefined ? field.absent : readScalar(field.type, at);
    if (at === undefined) return undefined;
    if (field.kind === "string") return readString(table, field.name, follow(at));
    if (field.kind === "vector") return readVector(table, field, follow(at));
    if (field.kind === "table") return readTable(field.table, follow(at));
    if (field.kind === "tables") return readTables(table, field, follow(at));
    const codeAt = locate(field.id - 1);
    const code = codeAt === undefined ? 0 : Number(readScalar("uint8", codeAt));
    if (code === 0) return undefined;
    const member = field.members[code - 1];
    if (member !== undefined) return { table: member, row: readTable(member, follow(at)) };
    onUnknownField?.(table, field.id);
    return { table: undefined, code };
  }

  function readScalar(type: ScalarName, at: number): ScalarValues[ScalarName] {
    requireInside(at, scalarBytes[type], "a number");
    return scalarReaders[type](view, at);
  }

  /** Checks a vector's length, then its extent. */
  function readCount(at: number, elementBytes: number, what: string): number {
    requireInside(at, 4, "a length");
    const count = view.getUint32(at, true);
    requireInside(at, 4 + count * elementBytes, what, count);
    return count;
  }

  function readString(table: TableName, field: string, at: number): string {
    const known = strings.get(at);
    if (known !== undefined) {
      spend(4);
      return known;
    }
    const count = readCount(at, 1, "letters");
    requireInside(at + 4 + count, 1, "the end of a string");
    if (bytes[at + 4 + count] !== 0) throw invalid("is a string that does not end in a zero byte");
    spend(count + 5);
    const end = at + 5 + count;
    onExtent?.({ kind: "string", start: at, end, table, field, aligned: { at, to: 4 } });
    const text = utf8.decode(bytes.subarray(at + 4, at + 4 + count));
    strings.set(at, text);
    return text;
  }

  function readVector(
    table: TableName,
    field: Extract<Field, { kind: "vector" }>,
    at: number,
  ): VectorArrays[VectorName] {
    const { type, name, alignment } = field;
    let known = arrays.get(type);
    if (known === undefined) {
      arrays.set(type, (known = new Map<number, VectorArrays[VectorName]>()));
    }
    const shared = known.get(at);
    if (shared !== undefined) {
      // The contents of buffers are told apart by where they lie; other vectors may be walked for every table.
      spend(table === "Buffer" ? 4 : 4 + shared.byteLength);
      return shared;
    }
    const count = readCount(at, scalarBytes[type], `elements of ${type}`);
    const start = at + 4;
    const end = start + count * scalarBytes[type];
    spend(end - at);
    onExtent?.({
      kind: "vector",
      start: at,
      end,
      table,
      field: name,
      aligned: { at: count === 0 ? at : start, to: count === 0 ? 4 : Math.max(alignment, 4) },
    });
    const data = bytes.subarray(start, end);
    const array = type === "uint8" ? data : new vectorArrays[type](data.slice().buffer);
    known.set(at, array);
    return array;
  }

  function readTables(
    table: TableName,
    field: Extract<Field, { kind: "tables" }>,
    at: number,
  ): readonly unknown[] {
    const count = readCount(at, 4, "tables");
    spend(4 + 4 * count);
    const end = at + 4 + 4 * count;
    onExtent?.({
      kind: "vector",
      start: at,
      end,
      table,
      field: field.name,
      aligned: { at, to: 4 },
    });
    const list: unknown[] = [];
    for (let i = 0; i < count; i++) {
      path.push(i);
      list.push(readTable(field.table, follow(at + 4 + 4 * i)));
      path.pop();
    }
    return list;
  }
}

interface Visited {
  readonly row: Readonly<Record<string, unknown>>;
  /** What reading it spent of the budget, and walking it again spends. */
  readonly cost: number;
}

const scalarReaders: {
  readonly [T in ScalarName]: (view: DataView, at: number) => ScalarValues[T];
} = {
  bool: (view, at) => view.getUint8(at) !== 0,
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  int64: (view, at) => view.getBigInt64(at, true),
  uint64: (view, at) => view.getBigUint64(at, true),
};

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

const vectorArrays: {
  readonly [V in VectorName]: new (buffer: ArrayBuffer) => VectorArrays[V];
} = {
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  int64: BigInt64Array,
};
