/** One tensor in a weights file of TensorFlow.js: where it belongs and how it is stored. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: keyof typeof bytesPerElement;
  readonly quantization?: { readonly dtype: keyof typeof quantizedBytesPerElement };
  /** `optimizer` for what training goes on with. Absent for weights of the network. */
  readonly group?: "model" | "optimizer";
}

/** As stored, little-endian. Sources: `DTYPE_VALUE_SIZE_MAP` and `decodeWeight`, tfjs-core/src/io. */
export const bytesPerElement = { float32: 4, int32: 4, bool: 1 } as const;
export const quantizedBytesPerElement = { uint8: 1, uint16: 2, float16: 2 } as const;

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes that the tensor takes in the file. */
export function byteLength({ shape, dtype, quantization }: WeightSpec): number {
  const bytes = quantization
    ? quantizedBytesPerElement[quantization.dtype]
    : bytesPerElement[dtype];
  return elementCount(shape) * bytes;
}
