import { bytesOf } from "../read-tensor.ts";
import type { Row } from "../schema/schema-types.ts";
import { tensorTypeBits } from "../schema/tensor-types.ts";

/** A tensor as far as any file tells, whether or not a graph could hold it. */
export interface StoredTensor {
  readonly row: Row<"Tensor">;
  readonly shape: readonly number[];
  /** `undefined` while a dimension is unknown. */
  readonly elements: number | undefined;
  /** What the elements take in memory; `undefined` while a dimension or the size of an element is unknown. */
  readonly bytes: number | undefined;
  /** Stored contents; `undefined` if there are none. */
  readonly data: Uint8Array | undefined;
}

export function storedTensor(
  row: Row<"Tensor">,
  model: Row<"Model">,
  file: Uint8Array,
): StoredTensor {
  const shape = [...(row.shape ?? [])];
  const isStatic = shape.every((size) => size >= 0);
  const elements = isStatic ? shape.reduce((count, size) => count * size, 1) : undefined;
  const bits = tensorTypeBits(row.type);
  const bytes =
    elements === undefined || bits === undefined ? undefined : Math.ceil((elements * bits) / 8);
  const buffer = row.buffer === 0 ? undefined : model.buffers?.[row.buffer];
  const data = buffer === undefined ? undefined : bytesOf(buffer, file);
  return {
    row,
    shape,
    elements,
    bytes,
    data: typeof data === "string" || data?.length === 0 ? undefined : data,
  };
}
