import { UserError } from "@smidgen/errors";
import { figure } from "./messages.ts";
import { idxTypes, swapBytes, type Idx } from "./idx.ts";

/**
 * The bytes of an IDX file, uncompressed: what `readIdx` reads back as `idx`.
 *
 * @throws UserError `invalid-idx` when the data is not as long as the shape says, or when the
 * format cannot hold the shape (more than 255 dimensions, one above 2³² − 1).
 */
export function writeIdx(idx: Idx): Uint8Array {
  checkShape(idx);
  const { type, shape, data } = idx;
  const { code, bytes: elementBytes } = idxTypes[type];
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint8(2, code);
  header.setUint8(3, shape.length);
  for (const [axis, size] of shape.entries()) header.setUint32(4 + 4 * axis, size);

  const file = new Uint8Array(header.byteLength + data.byteLength);
  file.set(new Uint8Array(header.buffer));
  const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  file.set(new Uint8Array(swapBytes(elements, elementBytes)), header.byteLength);
  return file;
}

function checkShape({ shape, data }: Idx): void {
  if (shape.length > 255) {
    throw new UserError(
      "invalid-idx",
      `an IDX array has at most 255 dimensions, not ${shape.length}`,
    );
  }
  for (const [axis, size] of shape.entries()) {
    if (!Number.isInteger(size) || size < 0 || size >= 2 ** 32) {
      throw new UserError(
        "invalid-idx",
        `dimension ${axis} is ${size}; IDX holds 0 to 4,294,967,295`,
      );
    }
  }
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n);
  if (elements !== BigInt(data.length)) {
    throw new UserError(
      "invalid-idx",
      `shape [${shape.join(", ")}] has ${figure(elements)} elements; the data has ${figure(data.length)}`,
    );
  }
}
