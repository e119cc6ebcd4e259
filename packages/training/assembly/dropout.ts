/**
 * y = x · scale where a random number is at least `threshold`, else 0. Forward and backward are the same
 * with the same keys, so that no mask is stored.
 *
 * The random number of element i (counted over [count, height, rowBytes / 4]) is a hash of i and two
 * keys, 31 bits; threshold: rate · 2³¹. Batch and row distances are bytes, rowBytes a multiple of 16.
 */
export function dropout(
  x: usize,
  xBatch: usize,
  xRow: usize,
  y: usize,
  yBatch: usize,
  yRow: usize,
  count: i32,
  height: i32,
  rowBytes: usize,
  key0: i32,
  key1: i32,
  threshold: i32,
  scale: f32,
): void {
  const factor = f32x4.splat(scale);
  const least = i32x4.splat(threshold);
  const k0 = i32x4.splat(key0);
  const k1 = i32x4.splat(key1);
  let index = i32x4(0, 1, 2, 3);
  for (let image = 0; image < count; image++) {
    for (let row = 0; row < height; row++) {
      const from = x + image * xBatch + row * xRow;
      const to = y + image * yBatch + row * yRow;
      for (let at: usize = 0; at < rowBytes; at += 16) {
        const bits = mix(v128.xor(mix(v128.xor(index, k0)), k1));
        const isKept = i32x4.ge_s(i32x4.shr_u(bits, 1), least);
        v128.store(to + at, v128.and(f32x4.mul(v128.load(from + at), factor), isKept));
        index = i32x4.add(index, i32x4.splat(4));
      }
    }
  }
}

/** A bijection of 32 bits with little bias. Source of its constants: lowbias32, hash-prospector (C. Wellons). */
function mix(v: v128): v128 {
  v = v128.xor(v, i32x4.shr_u(v, 16));
  v = i32x4.mul(v, i32x4.splat(0x7feb352d));
  v = v128.xor(v, i32x4.shr_u(v, 15));
  v = i32x4.mul(v, i32x4.splat(0x846ca68b));
  return v128.xor(v, i32x4.shr_u(v, 16));
}
