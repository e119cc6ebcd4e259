import { type ElementArray, elementCount, type Tensor } from "@smidgen/graph";

/** From stored numbers to floats, with one scale. */
export type DequantizeParams = {
  readonly count: number;
  readonly scale: number;
  readonly zeroPoint: number;
};

/** The same with a scale for each slice along an axis, and zero points 0. */
export type DequantizePerAxisParams = {
  /** Products of the dimensions before and behind the axis. */
  readonly outer: number;
  readonly inner: number;
  readonly scales: Float32Array;
};

type Integers = Int8Array | Uint8Array | Int16Array;

export function runDequantize(
  { count, scale, zeroPoint }: DequantizeParams,
  input: Integers,
  output: Float32Array,
): void {
  for (let i = 0; i < count; i++) output[i] = scale * (input[i]! - zeroPoint);
}

export function runDequantizePerAxis(
  { outer, inner, scales }: DequantizePerAxisParams,
  input: Integers,
  output: Float32Array,
): void {
  let i = 0;
  for (let block = 0; block < outer; block++) {
    for (let slice = 0; slice < scales.length; slice++) {
      const scale = scales[slice]!;
      for (const end = i + inner; i < end; i++) output[i] = scale * input[i]!;
    }
  }
}

/** input: bits of IEEE 754 binary16; every one of its numbers is a float32, too. */
export function runDequantizeFloat16(
  { count }: { readonly count: number },
  input: Uint16Array,
  output: Float32Array,
): void {
  for (let i = 0; i < count; i++) {
    const bits = input[i]!;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const sign = bits < 32_768 ? 1 : -1;
    if (exponent === 31) output[i] = fraction === 0 ? sign * Infinity : Number.NaN;
    else if (exponent === 0) output[i] = (sign * fraction) / 16_777_216;
    else output[i] = (sign * (1024 + fraction) * (1 << (exponent - 1))) / 16_777_216;
  }
}

/** Which slices of a tensor have which scale. */
export function perAxisParams(
  { shape }: Tensor,
  { axis, scales }: { readonly axis: number; readonly scales: readonly number[] },
): DequantizePerAxisParams {
  return {
    outer: elementCount(shape.slice(0, axis)),
    inner: elementCount(shape.slice(axis + 1)),
    scales: Float32Array.from(scales),
  };
}

/** The floats that a constant stands for; undefined if it has neither scale nor type float16. */
export function dequantizedElements(
  tensor: Tensor & { readonly data: ElementArray },
): Float32Array | undefined {
  const { type, shape, quantization, data } = tensor;
  const count = elementCount(shape);
  const floats = new Float32Array(count);
  if (type === "float16") runDequantizeFloat16({ count }, data as Uint16Array, floats);
  else if (quantization === undefined) return undefined;
  else if (quantization.kind === "per-tensor")
    runDequantize({ count, ...quantization }, data as Int8Array, floats);
  else runDequantizePerAxis(perAxisParams(tensor, quantization), data as Int8Array, floats);
  return floats;
}
