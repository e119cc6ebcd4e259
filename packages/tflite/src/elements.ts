import {
  byteCount,
  type ElementArray,
  elementCount,
  type ElementType,
  elementTypes,
  type Shape,
} from "@smidgen/graph";

/** The elements of a constant from its stored bytes, as a copy. int4: two to a byte, the first in the low half. */
export function readElements(type: ElementType, shape: Shape, bytes: Uint8Array): ElementArray {
  if (type === "int4") return unpackInt4(bytes, elementCount(shape));
  if (type === "bool") return Uint8Array.from(bytes, (byte) => (byte === 0 ? 0 : 1));
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return new elementTypes[type].array(copy.buffer);
}

/** The bytes of a constant as a file stores them; a view where nothing has to be packed. */
export function writeElements(type: ElementType, shape: Shape, data: ElementArray): Uint8Array {
  if (type === "int4") return packInt4(data as Int8Array, byteCount({ type, shape }));
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function unpackInt4(bytes: Uint8Array, count: number): Int8Array {
  return Int8Array.from({ length: count }, (_, i) => {
    const byte = bytes[i >> 1] as number;
    // Shifts through the sign bit of 32 extend the sign of 4.
    return i % 2 === 0 ? (byte << 28) >> 28 : (byte << 24) >> 28;
  });
}

function packInt4(data: Int8Array, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => {
    const low = data[2 * i] as number;
    const high = data[2 * i + 1] ?? 0;
    return (low & 0xf) | ((high & 0xf) << 4);
  });
}
