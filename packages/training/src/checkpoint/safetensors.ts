/** A tensor as files and engines hand it around. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Tensors of float32, and texts about them. */
export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the file. Names are unique. */
  readonly arrays: readonly NamedArray[];
}

/**
 * A file in the format safetensors, which tools of other languages read too: the header's length (uint64, little-endian), the
 * header (JSON), then the tensors one after another.
 *
 * Source: the README of huggingface/safetensors, "Format".
 */
export function encodeSafetensors({ metadata, arrays }: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, shape, values } of arrays) {
    const start = end;
    end += values.length * 4;
    header[name] = { dtype: "F32", shape, data_offsets: [start, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  // tensors begin at a multiple of 8 bytes, filled up with spaces as the format allows
  const headerBytes = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end).fill(0x20, 8, 8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(text, 8);
  let at = 8 + headerBytes;
  for (const { values } of arrays) {
    // on all machines that Node.js runs on, floats are little-endian in memory
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** @throws Error that says what is wrong, in words that go on from "the file" */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  if (bytes.length < 8) throw new Error(`has ${bytes.length} bytes, fewer than any`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerBytes = view.getBigUint64(0, true);
  const dataBytes = BigInt(bytes.length - 8) - headerBytes;
  if (dataBytes < 0n) {
    throw new Error(`has ${bytes.length} bytes, and announces a header of ${headerBytes}`);
  }
  const dataStart = 8 + Number(headerBytes);
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(8, dataStart)));
  const { __metadata__: metadata = {}, ...specs } = header;
  if (!isObject(metadata) || Object.values(metadata).some((text) => typeof text !== "string")) {
    throw new Error("has metadata that are no texts");
  }
  let end = 0;
  const arrays = Object.entries(specs)
    .map(([name, spec]) => checkSpec(name, spec))
    .toSorted((a, b) => a.start - b.start)
    .map(({ name, shape, start, length }): NamedArray => {
      if (start !== end || start + length * 4 > Number(dataBytes)) {
        throw new Error(`places tensor "${name}" where it cannot be`);
      }
      end = start + length * 4;
      // copied, because floats lie at multiples of 4 bytes in memory, in a file anywhere
      const values = new Float32Array(length);
      new Uint8Array(values.buffer).set(bytes.subarray(dataStart + start, dataStart + end));
      return { name, shape, values };
    });
  if (end !== Number(dataBytes)) {
    throw new Error(`has ${dataBytes} bytes of tensors, and announces ${end}`);
  }
  return { metadata: metadata as Record<string, string>, arrays };
}

function parseHeader(text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (isObject(header)) return header;
  } catch {
    // told below
  }
  throw new Error("has a header that is no JSON object");
}

function checkSpec(name: string, spec: unknown) {
  if (isObject(spec)) {
    const { dtype, shape, data_offsets: offsets } = spec;
    if (dtype === "F32" && isSizes(shape) && isSizes(offsets) && offsets.length === 2) {
      const length = shape.reduce((product, size) => product * size, 1);
      const [start, end] = offsets as [number, number];
      if (end - start === length * 4) return { name, shape, start, length };
    }
  }
  throw new Error(`describes tensor "${name}" as ${JSON.stringify(spec)}`);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
