import { UserError } from "@smidgen/errors";

/** Numbers in rows: the first dimension counts samples, as a rule. */
export interface NumberArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/**
 * A NumPy array from the bytes of an `.npy` file of version 1 to 3. Floats and booleans become float32, as do integers
 * unless `integers` asks for int32.
 *
 * Source: NEP 1, A Simple File Format for NumPy Arrays; numpy/lib/format.py.
 *
 * @throws UserError `not-npy`, `truncated-file`, `invalid-npy` or `unsupported-npy`, saying what is wrong with the file.
 */
export function readNpy(
  bytes: Uint8Array,
  {
    name = "the array",
    integers = false,
  }: { readonly name?: string; readonly integers?: boolean } = {},
): NumberArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isNpy = magic.every((byte, i) => bytes[i] === byte);
  if (!isNpy) throw new UserError("not-npy", `${name} is no .npy file`);
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3) {
    throw new UserError("unsupported-npy", `${name} has version ${major}; 1 to 3 are known`);
  }
  const lengthBytes = major === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  if (bytes.length < start) throw truncated(name, bytes.length, start);
  const headerLength = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = start + headerLength;
  if (bytes.length < dataStart) throw truncated(name, bytes.length, dataStart);
  const text = new TextDecoder().decode(bytes.subarray(start, dataStart));
  const { descr, isFortran, shape } = readHeader(text, name);
  const reader = elementReader(descr);
  if (reader === undefined) {
    throw new UserError(
      "unsupported-npy",
      `${name} holds elements of type ${JSON.stringify(descr)}`,
      {
        hint: "Save it as float32: np.save(path, array.astype(np.float32)).",
      },
    );
  }
  if (isFortran && shape.length > 1) {
    throw new UserError("unsupported-npy", `${name} is stored column by column`, {
      hint: "Save it row by row: np.save(path, np.ascontiguousarray(array)).",
    });
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const expected = dataStart + count * reader.bytes;
  if (!Number.isSafeInteger(expected) || bytes.length < expected) {
    throw truncated(name, bytes.length, expected);
  }
  const data = integers ? new Int32Array(count) : new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = reader.read(view, dataStart + i * reader.bytes);
  return { shape, data };
}

/** `\x93NUMPY` */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

interface Header {
  readonly descr: string;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
}

/** A Python literal with three keys: `{'descr': '<f4', 'fortran_order': False, 'shape': (10, 784), }`. */
function readHeader(text: string, name: string): Header {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/u.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/u.exec(text)?.[1];
  const sizes = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/u.exec(text)?.[1];
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw new UserError("invalid-npy", `${name} has a header without type, order or shape`);
  }
  const shape = sizes
    .split(",")
    .map((size) => size.trim().replace(/L$/u, ""))
    .filter((size) => size !== "")
    .map(Number);
  if (!shape.every((size) => Number.isSafeInteger(size))) {
    throw new UserError("invalid-npy", `${name} has shape (${sizes.trim()})`);
  }
  return { descr, isFortran: order === "True", shape };
}

interface ElementReader {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
}

function elementReader(descr: string): ElementReader | undefined {
  const little = !descr.startsWith(">");
  const read = {
    f4: (view: DataView, at: number) => view.getFloat32(at, little),
    f8: (view: DataView, at: number) => view.getFloat64(at, little),
    i1: (view: DataView, at: number) => view.getInt8(at),
    i2: (view: DataView, at: number) => view.getInt16(at, little),
    i4: (view: DataView, at: number) => view.getInt32(at, little),
    i8: (view: DataView, at: number) => Number(view.getBigInt64(at, little)),
    u1: (view: DataView, at: number) => view.getUint8(at),
    u2: (view: DataView, at: number) => view.getUint16(at, little),
    u4: (view: DataView, at: number) => view.getUint32(at, little),
    b1: (view: DataView, at: number) => view.getUint8(at),
  };
  const type = /^[<>|=]?([a-z]\d)$/u.exec(descr)?.[1] ?? "";
  if (!Object.hasOwn(read, type)) return undefined;
  return { bytes: Number(type[1]), read: read[type as keyof typeof read] };
}

function truncated(name: string, length: number, expected: number): UserError {
  return new UserError(
    "truncated-file",
    `${name} has ${length.toLocaleString("en-US")} bytes; its header announces ${expected.toLocaleString("en-US")}`,
    { hint: "Save the array again." },
  );
}
