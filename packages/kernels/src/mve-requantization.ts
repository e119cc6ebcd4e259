import type { SumsToInt8 } from "./dsp-requantization.ts";

/** `struct smg_mve_requantization` in mve.h. */
// A type alias, since an interface would not be a `CRecord`.
export type MveRequantization = {
  readonly bias: Int32Array; // [outputs], rounded up to a multiple of 4
  readonly multiplier: Int32Array; // as many, or [4]
  readonly shift: Int8Array; // as many, or [4]
  readonly scale_step: number;
  readonly limits: Int32Array; // [3][4]
};

/** Undefined for a scale above 1, which would shift to the left: no layer that was trained has one. */
export function packMveRequantization(params: SumsToInt8): MveRequantization | undefined {
  const { multiplier, shift, singleRounding, outputZeroPoint } = params;
  if (singleRounding !== 0 || shift.some((bits) => bits > 0)) return undefined;
  const limits = [
    params.activationMin - outputZeroPoint,
    params.activationMax - outputZeroPoint,
    outputZeroPoint,
  ];
  const isOneScale = isUniform(multiplier) && isUniform(shift);
  return {
    bias: inFours(params.bias, Int32Array),
    multiplier: inFours(isOneScale ? multiplier.slice(0, 1) : multiplier, Int32Array),
    shift: inFours(isOneScale ? shift.slice(0, 1) : shift, Int8Array),
    scale_step: isOneScale ? 0 : 4,
    limits: Int32Array.from({ length: 12 }, (_, i) => limits[Math.floor(i / 4)]!),
  };
}

/** As many as are a multiple of 4, the last one again and again. */
function inFours<T extends Int32Array | Int8Array>(values: T, Type: ArrayOf<T>): T {
  const length = Math.ceil(values.length / 4) * 4;
  return Type.from({ length }, (_, i) => values[Math.min(i, values.length - 1)]!);
}

/** `Int32Array`, say. */
export interface ArrayOf<T> {
  readonly from: (source: { readonly length: number }, map: (_: unknown, i: number) => number) => T;
}

function isUniform(values: Int32Array | Int8Array): boolean {
  return values.every((value) => value === values[0]);
}
