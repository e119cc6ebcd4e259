/** Four bytes as a word, the first one lowest. */
export function wordOf(bytes: ArrayLike<number>): number {
  return (
    (bytes[0]! & 0xff) |
    ((bytes[1]! & 0xff) << 8) |
    ((bytes[2]! & 0xff) << 16) |
    ((bytes[3]! & 0xff) << 24)
  );
}

/** Two int16 as a word, the first one lower. */
export function wordOfHalves(low: number, high: number): number {
  return (high << 16) | (low & 0xffff);
}

/** Two int8 as an int16, `256 × high + low`, or undefined if that is too small for one. */
export function halfOf(high: number, low: number): number | undefined {
  const value = 256 * high + low;
  return value < -(2 ** 15) ? undefined : value;
}
