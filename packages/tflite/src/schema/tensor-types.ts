import type { ElementType } from "@smidgen/graph";
import { enums } from "./enums.ts";

const stored: { readonly [T in ElementType]: (typeof enums.TensorType.names)[number] } = {
  float32: "FLOAT32",
  float16: "FLOAT16",
  int4: "INT4",
  int8: "INT8",
  uint8: "UINT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  bool: "BOOL",
};

/** The code of an element type in a file. Source: `TensorType`, schema.fbs. */
export function tensorTypeCode(type: ElementType): number {
  return enums.TensorType.names.indexOf(stored[type]);
}

/** The element type that a code stands for; `undefined` if graphs do not have it. */
export function elementTypeOf(code: number): ElementType | undefined {
  return elementTypesByCode.get(code);
}

/** `INT8`, or `type 99` for a code that this schema does not know. */
export function tensorTypeName(code: number): string {
  return enums.TensorType.names[code] ?? `type ${code}`;
}

const elementTypesByCode = new Map(
  (Object.keys(stored) as ElementType[]).map((type) => [tensorTypeCode(type), type]),
);

/** Bits of an element; `undefined` where they vary, or for a code that this schema does not know. */
export function tensorTypeBits(code: number): number | undefined {
  return bitsByName[tensorTypeName(code)];
}

/** Source: `VerifyNumericTensorBuffer`, tflite/core/tools/verifier.cc of LiteRT. */
const bitsByName: Readonly<Record<string, number>> = {
  FLOAT32: 32,
  FLOAT16: 16,
  INT32: 32,
  UINT8: 8,
  INT64: 64,
  BOOL: 8,
  INT16: 16,
  COMPLEX64: 64,
  INT8: 8,
  FLOAT64: 64,
  COMPLEX128: 128,
  UINT64: 64,
  UINT32: 32,
  UINT16: 16,
  INT4: 4,
  BFLOAT16: 16,
  INT2: 2,
  UINT4: 4,
  FLOAT8_E4M3FN: 8,
  FLOAT8_E5M2: 8,
};
