/**
 * Functions of the real numbers made of +, −, · and / alone, which IEEE 754 defines to the last bit. Math.sin, cos, exp, log and
 * pow are not defined so: engines and their versions differ in the last digit (ECMA-262, "implementation-
 * approximated"), and one such digit in the first step changes every weight in the end.
 *
 * Errors are some units in the last place.
 */

/** The sine and cosine of an angle in turns: 0.25 is a right angle. */
export function sineAndCosine(turns: number): { readonly sine: number; readonly cosine: number } {
  // exact, so that whole turns give what they should
  const quarters = Math.round(turns * 4);
  const rest = (turns - quarters / 4) * twoPi;
  const square = rest * rest;
  const sine = rest * series(square, sineCoefficients);
  const cosine = series(square, cosineCoefficients);
  switch (((quarters % 4) + 4) % 4) {
    case 0:
      return { sine, cosine };
    case 1:
      return { sine: cosine, cosine: -sine };
    case 2:
      return { sine: -sine, cosine: -cosine };
    default:
      return { sine: -cosine, cosine: sine };
  }
}

const twoPi = 6.283185307179586;

/** Taylor's, up to x¹⁷ and x¹⁶: enough for an eighth of a turn. */
const sineCoefficients = reciprocalFactorials(1, 17, -1);
const cosineCoefficients = reciprocalFactorials(0, 16, -1);

/** eˣ, from −700 to 700. */
export function exponential(x: number): number {
  const halvings = Math.round(x / ln2);
  let result = series(x - halvings * ln2, exponentialCoefficients);
  for (let i = 0; i < Math.abs(halvings); i++) result = halvings > 0 ? result * 2 : result / 2;
  return result;
}

/** Taylor's, up to x¹⁵: enough for half of ln 2. */
const exponentialCoefficients = Array.from({ length: 16 }, (_, n) => 1 / factorial(n));

/** ln x, x > 0 and not subnormal. */
export function naturalLogarithm(x: number): number {
  let doublings = 0;
  for (; x > 1.5; x /= 2) doublings++;
  for (; x < 0.75; x *= 2) doublings--;
  // ln x = 2 artanh((x − 1) / (x + 1))
  const ratio = (x - 1) / (x + 1);
  return 2 * ratio * series(ratio * ratio, artanhCoefficients) + doublings * ln2;
}

const ln2 = Math.LN2;

/** |ratio| is at most 0.2: 0.2²⁴ is below 1e-16. */
const artanhCoefficients = Array.from({ length: 12 }, (_, n) => 1 / (2 * n + 1));

/** coefficients[0] + coefficients[1]·x + … */
function series(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (let n = coefficients.length - 1; n >= 0; n--) sum = sum * x + coefficients[n]!;
  return sum;
}

/** 1/first!, sign/(first + 2)!, 1/(first + 4)!, … up to last. */
function reciprocalFactorials(first: number, last: number, sign: number): readonly number[] {
  return Array.from(
    { length: (last - first) / 2 + 1 },
    (_, n) => (n % 2 === 0 ? 1 : sign) / factorial(first + 2 * n),
  );
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
