import type { Quantization } from "./quantization.ts";

/** A position in `Graph.tensors`, as in `.tflite`. */
export type TensorId = number & { readonly __brand: "TensorId" };

/** Dimensions, outermost first; `[]` is a scalar. Images are NHWC. */
export type Shape = readonly number[];

/** How constant data of each element type is held in memory. */
export interface ElementArrays {
  float32: Float32Array;
  /** Raw IEEE 754 binary16 bits. */
  float16: Uint16Array;
  /** One element per entry, −8…7; two to a byte only when stored. */
  int4: Int8Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  /** 0 or 1. */
  bool: Uint8Array;
}

export type ElementType = keyof ElementArrays;
export type ElementArray = ElementArrays[ElementType];

export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  /** Static: every dimension is a positive integer. */
  readonly shape: Shape;
  readonly quantization: Quantization | undefined;
  /** Present exactly for constants; an `ElementArrays[type]` of `elementCount(shape)` entries. */
  readonly data: ElementArray | undefined;
  /** State: keeps its value from one inference to the next, starts as zero (its zero point if quantized). */
  readonly isVariable: boolean;
}

/** A tensor whose value is known before anything runs: weights, biases, shapes, axes. */
export function isConstant(tensor: Tensor): tensor is Tensor & { readonly data: ElementArray } {
  return tensor.data !== undefined;
}

/** The product of the dimensions; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((count, size) => count * size, 1);
}

/** Bytes the elements take when stored or in the arena; int4 packs two to a byte. */
export function byteCount(tensor: Pick<Tensor, "type" | "shape">): number {
  return Math.ceil((elementCount(tensor.shape) * elementTypes[tensor.type].bits) / 8);
}

interface ElementTypeFacts<T extends ElementType> {
  readonly bits: number;
  readonly array: {
    new (length: number): ElementArrays[T];
    new (buffer: ArrayBuffer, byteOffset?: number, length?: number): ElementArrays[T];
  };
  /** Smallest and largest value, for integers that can be quantized. */
  readonly range: readonly [min: number, max: number] | undefined;
}

/** What is true of each element type. */
export const elementTypes: { readonly [T in ElementType]: ElementTypeFacts<T> } = {
  float32: { bits: 32, array: Float32Array, range: undefined },
  float16: { bits: 16, array: Uint16Array, range: undefined },
  int4: { bits: 4, array: Int8Array, range: [-8, 7] },
  int8: { bits: 8, array: Int8Array, range: [-128, 127] },
  uint8: { bits: 8, array: Uint8Array, range: [0, 255] },
  int16: { bits: 16, array: Int16Array, range: [-32_768, 32_767] },
  int32: { bits: 32, array: Int32Array, range: [-(2 ** 31), 2 ** 31 - 1] },
  int64: {
    bits: 64,
    array: BigInt64Array,
    range: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  },
  bool: { bits: 8, array: Uint8Array, range: undefined },
};
