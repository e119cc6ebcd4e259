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
