// oxlint-disable no-underscore-dangle -- the official runtime names its methods so
import { ByteBuffer } from "flatbuffers";

/** Tables of a file by position and field id, as the official FlatBuffers runtime sees them. */
export function openFlatbuffer(bytes: Uint8Array) {
  const buffer = new ByteBuffer(bytes);
  const field = (table: number, id: number) => {
    const offset = buffer.__offset(table, 4 + 2 * id);
    return offset === 0 ? undefined : table + offset;
  };
  const vector = (table: number, id: number) => {
    const at = field(table, id);
    return at === undefined
      ? undefined
      : { start: buffer.__vector(at), count: buffer.__vector_len(at) };
  };
  return {
    buffer,
    root: buffer.__indirect(0),
    vector,
    int8: (table: number, id: number) => buffer.readInt8(field(table, id) ?? Number.NaN),
    uint32(table: number, id: number): number {
      const at = field(table, id);
      return at === undefined ? 0 : buffer.readUint32(at);
    },
    table(table: number, id: number) {
      const at = field(table, id);
      return at === undefined ? undefined : buffer.__indirect(at);
    },
    tables(table: number, id: number) {
      const { start, count } = vector(table, id) ?? { start: 0, count: 0 };
      return Array.from({ length: count }, (_, i) => buffer.__indirect(start + 4 * i));
    },
  };
}
