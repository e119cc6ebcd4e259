import {
  byteCount,
  type ElementArray,
  elementCount,
  type ElementType,
  type Quantization,
  type Shape,
  type Tensor,
} from "@smidgen/graph";
import { figure } from "./figure.ts";
import { readElements } from "./elements.ts";
import type { Row } from "./schema/schema-types.ts";
import { elementTypeOf, tensorTypeName } from "./schema/tensor-types.ts";

/**
 * Reads tensors of a model: the tensor, or what in it a graph cannot hold.
 *
 * Constants are copies of the file's bytes; tensors that share bytes share the copy.
 */
export function newTensorReader(
  model: Row<"Model">,
  file: Uint8Array,
): (row: Row<"Tensor">) => Tensor | string {
  const constants = new Map<string, ElementArray>();
  let copied = 0;

  return (row) => {
    const type = elementTypeOf(row.type);
    if (type === undefined) return `is of type ${tensorTypeName(row.type)}`;
    const rank = row.shape?.length ?? 0;
    if (rank > maxRank) return `has ${figure(rank)} dimensions; ${maxRank} is the most`;
    const shape: Shape = [...(row.shape ?? [])];
    if (!shape.every((size) => size > 0)) {
      return `has shape [${shape.join(", ")}]; every dimension must be static and positive`;
    }
    if (row.sparsity !== undefined) return "is stored sparse";
    if (row.external_buffer !== 0) return "is stored in another file";
    const quantization = readQuantization(row.quantization, shape);
    if (typeof quantization === "string") return quantization;
    const data = readData(row, type, shape);
    if (typeof data === "string") return data;
    return { name: row.name ?? "", type, shape, quantization, data, isVariable: row.is_variable };
  };

  function readData(
    row: Row<"Tensor">,
    type: ElementType,
    shape: Shape,
  ): ElementArray | undefined | string {
    // Buffer 0 is none, whatever it holds.
    if (row.buffer === 0) return undefined;
    const buffer = model.buffers?.[row.buffer];
    if (buffer === undefined) {
      return `names buffer ${figure(row.buffer)}; there are ${figure(model.buffers?.length ?? 0)}`;
    }
    const bytes = bytesOf(buffer, file);
    if (typeof bytes === "string") return `has buffer ${row.buffer}, which ${bytes}`;
    // Runtimes take an empty buffer for an absent one.
    if (bytes.length === 0) return undefined;
    const expected = byteCount({ type, shape });
    if (bytes.length !== expected) {
      return `has ${figure(bytes.length)} bytes of data; ${type} [${shape.join(", ")}] takes ${figure(expected)}`;
    }
    const key = `${bytes.byteOffset} ${type} ${elementCount(shape)}`;
    const known = constants.get(key);
    if (known !== undefined) return known;
    copied += bytes.length;
    if (copied > mostCopies * file.length) return "overlaps with the data of many others";
    const data = readElements(type, shape, bytes);
    constants.set(key, data);
    return data;
  }
}

/** Intermediates are stored with a dimension of 0, which a graph cannot hold: there they are scalars without data. */
export function asIntermediate(row: Row<"Tensor">): Row<"Tensor"> {
  return row.shape?.join() === "0" ? { ...row, shape: new Int32Array() } : row;
}

/** How often the bytes of a file may be copied: buffers of a sound file do not overlap. */
const mostCopies = 8;

/** Kernels know 8 at most. Without a limit, operators that share a long shape would take forever to check. */
const maxRank = 32;

/**
 * A buffer's data, or what is wrong with it: inside the table, or behind the last one in large models.
 *
 * Source: revision 3c of schema.fbs, where an offset above 1 counts from the start of the file.
 */
export function bytesOf(buffer: Row<"Buffer">, file: Uint8Array): Uint8Array | string {
  const { data, offset, size } = buffer;
  if (offset <= 1n) return data ?? new Uint8Array();
  if (offset + size > BigInt(file.byteLength)) {
    return `lies in bytes ${offset} to ${offset + size} of a file of ${figure(file.byteLength)}`;
  }
  return file.subarray(Number(offset), Number(offset + size));
}

function readQuantization(
  row: Row<"QuantizationParameters"> | undefined,
  shape: Shape,
): Quantization | undefined | string {
  if (row === undefined) return undefined;
  if (row.details !== undefined) {
    return `is quantized by ${row.details.table ?? `an unknown scheme (${row.details.code})`}`;
  }
  const scales = [...(row.scale ?? [])];
  const zeroPoints = [...(row.zero_point ?? [])].map(Number);
  const [scale] = scales;
  if (scale === undefined || scales.every((each) => each === 0)) return undefined;
  if (zeroPoints.length !== scales.length && zeroPoints.length !== 1) {
    return `has ${figure(scales.length)} scales and ${figure(zeroPoints.length)} zero points`;
  }
  if (scales.length === 1) return { kind: "per-tensor", scale, zeroPoint: zeroPoints[0] as number };
  const offCenter = zeroPoints.findIndex((zeroPoint) => zeroPoint !== 0);
  if (offCenter !== -1) {
    return `is quantized per axis with zero point ${zeroPoints[offCenter]} at ${offCenter}; 0 is expected`;
  }
  return { kind: "per-axis", axis: axisOf(row.quantized_dimension, scales.length, shape), scales };
}

/**
 * The axis of the scales. Converters of 2019 gave biases the one of their depthwise filter, 3; a vector has no choice.
 *
 * TensorFlow Lite Micro takes such files (its own person_detect.tflite), TensorFlow Lite does not: lint says so.
 */
function axisOf(stored: number, scales: number, shape: Shape): number {
  return shape.length === 1 && shape[0] === scales && stored > 0 ? 0 : stored;
}
