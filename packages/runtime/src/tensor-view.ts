import { UserError } from "@smidgen/errors";
import {
  type ElementArray,
  type ElementType,
  elementTypes,
  type Quantization,
  type Shape,
  type TensorId,
} from "@smidgen/graph";

/** A tensor while a graph runs. */
export interface TensorView {
  readonly id: TensorId;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly quantization: Quantization | undefined;
  /** The elements themselves, not a copy. */
  readonly data: ElementArray;
}

/**
 * Writes real numbers into a tensor: `round(x / scale) + zeroPoint`, halves away from zero, limited to the range
 * of its type. A float32 tensor takes them as they are.
 *
 * Source: `AffineQuantize`, tensorflow/lite/kernels/internal/reference/quantize.h.
 *
 * @throws UserError `wrong-input`, if there are not as many numbers as elements.
 */
export function quantizeInto(tensor: TensorView, real: ArrayLike<number>): void {
  const { name, shape, type, data } = tensor;
  if (real.length !== data.length) {
    throw new UserError(
      "wrong-input",
      `"${name}" has ${data.length} elements [${shape.join(", ")}]; ${real.length} were given`,
    );
  }
  if (type === "float32") {
    (data as Float32Array).set(real);
    return;
  }
  const { scale, zeroPoint, min, max } = affine(tensor);
  for (let i = 0; i < real.length; i++) {
    const quotient = Math.fround(Math.fround(real[i] as number) / scale);
    const rounded = quotient < 0 ? -Math.floor(0.5 - quotient) : Math.floor(quotient + 0.5);
    (data as Int8Array)[i] = Math.max(min, Math.min(max, rounded + zeroPoint));
  }
}

/** The real numbers that a tensor's elements stand for: `scale × (q − zeroPoint)`. A copy. */
export function dequantize(tensor: TensorView): Float32Array {
  if (tensor.type === "float32") return (tensor.data as Float32Array).slice();
  const { scale, zeroPoint } = affine(tensor);
  return Float32Array.from(tensor.data as Int8Array, (q) => scale * (q - zeroPoint));
}

function affine({ name, type, quantization }: TensorView): {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
} {
  const { range } = elementTypes[type];
  if (range === undefined || type === "int64" || quantization?.kind !== "per-tensor") {
    throw new UserError("wrong-input", `"${name}" is ${type} and has no scale and zero point`);
  }
  const [min, max] = range;
  return { scale: quantization.scale, zeroPoint: quantization.zeroPoint, min, max };
}
