import type { Quantization, Shape, Tensor } from "@smidgen/graph";

/** The real numbers that a constant stands for; nothing for what is computed, or integers without scales. */
export function realConstant({ data, quantization, shape }: Tensor): Float32Array | undefined {
  if (data === undefined || data instanceof Float32Array) return data;
  if (quantization === undefined) return undefined;
  const scaleAt = scaleLookup(quantization, shape);
  const zeroPoint = quantization.kind === "per-tensor" ? quantization.zeroPoint : 0;
  return Float32Array.from({ length: data.length }, (_, i) =>
    Math.fround(scaleAt(i) * (Number(data[i]) - zeroPoint)),
  );
}

/** Position in a tensor → its scale. */
export function scaleLookup(
  quantization: Quantization,
  shape: Shape,
): (position: number) => number {
  if (quantization.kind === "per-tensor") return () => quantization.scale;
  const { axis, scales } = quantization;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  return (position) => scales[Math.floor(position / inner) % scales.length] as number;
}
