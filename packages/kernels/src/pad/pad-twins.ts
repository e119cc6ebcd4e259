import { inSnakeCase } from "../as-it-is.ts";
import type { Packed } from "../c-twin.ts";
import type { PadGeometry } from "./pad-with.ts";

export function packPad({
  value,
  ...geometry
}: PadGeometry & { readonly value: Uint8Array }): Packed {
  return { params: { geometry: inSnakeCase(geometry), value } };
}

export function packPadV2(geometry: PadGeometry): Packed {
  return { params: { geometry: inSnakeCase(geometry) } };
}
