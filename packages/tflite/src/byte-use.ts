import type { Extent } from "./flatbuffer/read-flatbuffer.ts";
import type { Row } from "./schema/schema-types.ts";

/** What the bytes of a file are for. The figures add up to the size of the file. */
export interface ByteUse {
  /** Elements of constants: weights, biases, shapes. */
  readonly tensorData: number;
  /** Contents of metadata entries, and data that nothing refers to. */
  readonly otherData: number;
  readonly scales: number;
  readonly zeroPoints: number;
  /** Ranges for importing the model back into a training framework; no runtime reads them. */
  readonly minMax: number;
  /** Names of tensors, subgraphs and metadata, descriptions, signatures. */
  readonly names: number;
  /** Tables and the vtables that say where their fields are. */
  readonly tables: number;
  /** Shapes, operands, options that are lists, and lists of tables. */
  readonly lists: number;
  /** Lengths before vectors and strings, the zero byte after strings, the file's header. */
  readonly framing: number;
  /** Zeros that put what follows at a multiple of its alignment. */
  readonly padding: number;
  /** Bytes that no offset leads to, and that are more than padding. */
  readonly unreached: number;
}

/**
 * Counts every byte once: of parts that overlap, what begins first, and is longest, has the byte.
 *
 * `extents`: all of a file, in any order.
 */
export function measureByteUse(
  file: Uint8Array,
  model: Row<"Model">,
  extents: readonly Extent[],
): ByteUse {
  const use = {
    tensorData: 0,
    otherData: 0,
    scales: 0,
    zeroPoints: 0,
    minMax: 0,
    names: 0,
    tables: 0,
    lists: 0,
    framing: 0,
    padding: 0,
    unreached: 0,
  };
  const tensorData = tensorDataStarts(model, file);
  const spans = [
    ...extents.flatMap((extent) => spansOf(extent, categoryOf(extent, tensorData))),
    ...outsideData(model, file),
  ].toSorted((a, b) => a.start - b.start || b.end - a.end);
  let counted = 0;
  for (const { start, end, category } of spans) {
    if (start > counted) use[gapCategory(file.subarray(counted, start))] += start - counted;
    if (end > Math.max(start, counted)) use[category] += end - Math.max(start, counted);
    counted = Math.max(counted, end);
  }
  if (counted < file.length) use[gapCategory(file.subarray(counted))] += file.length - counted;
  return use;
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly category: keyof ByteUse;
}

/** Alignment leaves at most 15 bytes. */
function gapCategory(gap: Uint8Array): "padding" | "unreached" {
  return gap.length < 16 && gap.every((byte) => byte === 0) ? "padding" : "unreached";
}

function spansOf({ kind, start, end }: Extent, category: keyof ByteUse): readonly Span[] {
  if (kind !== "vector" && kind !== "string") return [{ start, end, category }];
  const contentsEnd = kind === "string" ? end - 1 : end;
  return [
    { start, end: start + 4, category: "framing" },
    { start: start + 4, end: contentsEnd, category },
    { start: contentsEnd, end, category: "framing" },
  ];
}

function categoryOf(
  { kind, table, field, start }: Extent,
  tensorData: ReadonlySet<number>,
): keyof ByteUse {
  if (kind === "header") return "framing";
  if (kind === "table" || kind === "vtable") return "tables";
  if (kind === "string") return "names";
  if (table === "Buffer") return tensorData.has(start + 4) ? "tensorData" : "otherData";
  if (table === "QuantizationParameters") return quantizationCategories[field ?? ""] ?? "lists";
  return "lists";
}

const quantizationCategories: Readonly<Record<string, keyof ByteUse>> = {
  scale: "scales",
  zero_point: "zeroPoints",
  min: "minMax",
  max: "minMax",
};

/** Where the data of each buffer that a tensor has begins. */
function tensorDataStarts(model: Row<"Model">, file: Uint8Array): ReadonlySet<number> {
  const buffers = (model.subgraphs ?? []).flatMap(({ tensors }) =>
    (tensors ?? []).map(({ buffer }) => model.buffers?.[buffer]?.data),
  );
  return new Set(
    buffers.filter((data) => data !== undefined).map((data) => data.byteOffset - file.byteOffset),
  );
}

/** Data behind the tables, which buffers of large models point to by position. */
function outsideData(model: Row<"Model">, file: Uint8Array): readonly Span[] {
  const clamp = (position: bigint) =>
    Number(position < BigInt(file.length) ? position : BigInt(file.length));
  return (model.buffers ?? [])
    .filter(({ offset }) => offset > 1n)
    .map(({ offset, size }) => ({
      start: clamp(offset),
      end: clamp(offset + size),
      category: "tensorData",
    }));
}
