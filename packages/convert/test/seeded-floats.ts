/** Seeded numbers between −scale and scale (xorshift32), as many as asked for. */
export function seededFloats(seed: number): (count: number, scale: number) => Float32Array {
  let state = seed * 0x9e3779b1 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  };
  return (count, scale) => Float32Array.from({ length: count }, () => next() * scale);
}
