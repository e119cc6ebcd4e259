/**
 * The bits of the nearest float16 of each value, halves to even. Values beyond ±65,504 become that much.
 *
 * Source: `QuantizeTensorFloat16`, tensorflow/lite/tools/optimize/quantization_utils.cc; IEEE 754 binary16.
 */
export function float16Bits(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, bitsOf);
}

/** Whether a value is one that a float16 comes near: those from here on would round to infinity. */
export function fitsFloat16(value: number): boolean {
  return Math.abs(value) < 65_520;
}

const largest = 65_504;
/** Float16 numbers below 2⁻¹⁴ are multiples of 2⁻²⁴. */
const smallestExponent = -14;

function bitsOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x80_00 : 0;
  const magnitude = Math.min(Math.abs(value), largest);
  if (magnitude === 0) return sign;
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), smallestExponent);
  // 10 bits after the point: counted in steps of 2^(exponent − 10).
  const steps = roundHalfToEven(magnitude / 2 ** (exponent - 10));
  // What rounds up to the next power of two carries into the exponent, which is what it should do.
  return sign | (steps + (exponent - smallestExponent) * 1024);
}

function roundHalfToEven(x: number): number {
  const whole = Math.floor(x);
  const rest = x - whole;
  if (rest !== 0.5) return rest < 0.5 ? whole : whole + 1;
  return whole % 2 === 0 ? whole : whole + 1;
}
