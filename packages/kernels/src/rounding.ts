/** The nearest integer; halves go away from zero, as C's `round` does (`Math.round` sends −0.5 to 0). */
export function roundHalfAwayFromZero(x: number): number {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole + 0;
}

/** The nearest integer; halves go to the even one, as C's `lrintf` does. |x| < 2⁵¹. */
export function roundHalfToEven(x: number): number {
  // Above 2⁵² doubles are integers, and the addition rounds to one.
  const magic = 1.5 * 2 ** 52;
  return x + magic - magic;
}

/** Of integers. The engine compiles it for what it has seen: where floats come along, all comparisons are of doubles. */
export function clamp(x: number, min: number, max: number): number {
  return x < min ? min : x > max ? max : x;
}

/** The same of floats. */
export function clampReal(x: number, min: number, max: number): number {
  return x < min ? min : x > max ? max : x;
}

/**
 * `clamp` of what a layer computes, with limits in int32. A fused relu finds half of it below `min`; that is no branch here,
 * since a processor would guess wrong as often as not.
 */
export function clampSum(x: number, min: number, max: number): number {
  const atMost = x > max ? max : x;
  return atMost ^ ((atMost ^ min) & -Number(atMost < min));
}

/** The same of floats that are not −0, where `min` is 0 or `−max`. */
export function clampRealSum(x: number, min: number, max: number): number {
  const size = Math.abs(x);
  if (size > max) return x > 0 ? max : min;
  return min === 0 ? (x + size) / 2 : x;
}
