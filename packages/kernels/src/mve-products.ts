import type { SumsToInt8 } from "./dsp-requantization.ts";
import { type MveRequantization, packMveRequantization } from "./mve-requantization.ts";

/** `struct smg_mve_products` in mve-products.h. */
// A type alias, since an interface would not be a `CRecord`.
export type MveProducts = {
  readonly depth: number;
  readonly outputs: number;
  readonly weights: Int8Array;
  readonly requantization: MveRequantization;
};

/** filter: [outputs, depth]. Undefined if `packMveRequantization` is. */
export function packMveProducts(
  params: SumsToInt8,
  filter: Int8Array,
  { outputs, depth }: { readonly outputs: number; readonly depth: number },
): MveProducts | undefined {
  const requantization = packMveRequantization(params);
  if (requantization === undefined) return undefined;
  return { depth, outputs, weights: packRows(filter, outputs, depth), requantization };
}

/** [outputs / 4][depth / 16][4][16], then [outputs % 4][depth / 16][16]; depth rounded up with zeros. */
function packRows(filter: Int8Array, outputs: number, depth: number): Int8Array {
  const blocks = Math.ceil(depth / 16);
  const packed = new Int8Array(outputs * blocks * 16);
  let position = 0;
  for (let first = 0; first < outputs;) {
    const together = outputs - first < 4 ? 1 : 4;
    for (let start = 0; start < depth; start += 16) {
      for (let output = first; output < first + together; output++) {
        const end = Math.min(start + 16, depth);
        packed.set(filter.subarray(output * depth + start, output * depth + end), position);
        position += 16;
      }
    }
    first += together;
  }
  return packed;
}
