/**
 * How stored integers stand for real numbers: `real = scale × (stored − zeroPoint)`.
 *
 * Scales are float32 values held in a number. Per-axis parameters belong to constants; slice `i` along
 * `axis` has `scales[i]`, and every zero point is 0.
 * Source: the TensorFlow Lite 8-bit quantization specification.
 */
export type Quantization =
  | { readonly kind: "per-tensor"; readonly scale: number; readonly zeroPoint: number }
  | { readonly kind: "per-axis"; readonly axis: number; readonly scales: readonly number[] };

/** Per-tensor parameters; the scale is rounded to float32, as files store it. */
export function perTensor(scale: number, zeroPoint: number): Quantization {
  return { kind: "per-tensor", scale: Math.fround(scale), zeroPoint };
}

/** Per-axis parameters with zero points 0; the scales are rounded to float32, as files store them. */
export function perAxis(axis: number, scales: Iterable<number>): Quantization {
  return { kind: "per-axis", axis, scales: Array.from(scales, Math.fround) };
}
