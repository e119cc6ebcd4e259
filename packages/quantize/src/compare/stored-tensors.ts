import {
  elementTypes,
  type Graph,
  isConstant,
  type Op,
  type OpKind,
  presentInputs,
  type Quantization,
  type Shape,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { clamp, roundHalfAwayFromZero } from "../rounding.ts";
import type { TensorMatches } from "./match-tensors.ts";

/** A quantized tensor that rounds: what only moves values already rounded is left out. */
export interface StoredTensor {
  /** In the quantized graph. */
  readonly id: TensorId;
  /** In the float graph. */
  readonly floatId: TensorId;
  readonly role: "activations" | "weights";
  readonly quantization: Quantization;
  /** Smallest and largest stored integer. */
  readonly range: readonly [number, number];
  readonly shape: Shape;
  /** Whether the file may say another range: outputs of softmax and the like have theirs. */
  readonly hasOwnRange: boolean;
  /** Other numbers than the quantized graph holds. */
  readonly weights?: Float32Array;
}

/** Operators whose output holds values of their input, and no others. */
const moving: ReadonlySet<OpKind> = new Set<OpKind>([
  "concatenation",
  "dequantize",
  "embedding-lookup",
  "expand-dims",
  "gather",
  "max-pool-2d",
  "maximum",
  "minimum",
  "pack",
  "pad",
  "pad-v2",
  "reduce-max",
  "reshape",
  "resize-nearest-neighbor",
  "slice",
  "split",
  "squeeze",
  "strided-slice",
  "transpose",
  "unpack",
]);

const fixed: ReadonlySet<OpKind> = new Set<OpKind>([
  "l2-normalization",
  "log-softmax",
  "logistic",
  "softmax",
  "tanh",
]);

export function storedTensors(
  quantized: Graph,
  { floatOf }: TensorMatches,
): readonly StoredTensor[] {
  const writers = new Map<TensorId, Op>();
  for (const op of quantized.ops) for (const id of op.outputs) writers.set(id, op);
  const counterparts = new Set<TensorId>();
  return quantized.tensors.flatMap((tensor, position): readonly StoredTensor[] => {
    const id = position as TensorId;
    const floatId = floatOf.get(id)?.id;
    const { range } = elementTypes[tensor.type];
    if (floatId === undefined || tensor.quantization === undefined || range === undefined)
      return [];
    const writer = writers.get(id);
    const isComputed = writer !== undefined || quantized.inputs.includes(id);
    if (!isComputed && !isConstant(tensor)) return [];
    if (tensor.type === "int32" || tensor.type === "int64") return [];
    if (writer !== undefined && onlyMoves(writer, id, quantized)) return [];
    // The same floats on two scales count once: where they are stored first.
    if (counterparts.has(floatId)) return [];
    counterparts.add(floatId);
    const isInt4 = tensor.type === "int4";
    return [
      {
        id,
        floatId,
        role: isComputed ? "activations" : "weights",
        quantization: tensor.quantization,
        range: isComputed ? range : [isInt4 ? -7 : -range[1], range[1]],
        shape: tensor.shape,
        hasOwnRange: writer === undefined || !fixed.has(writer.kind),
      },
    ];
  });
}

/** What only moves values, on the scale on which they come. */
export function onlyMoves(op: Op, output: TensorId, graph: Graph): boolean {
  const isAlike = (id: TensorId) =>
    JSON.stringify(tensorOf(graph, id).quantization) ===
    JSON.stringify(tensorOf(graph, output).quantization);
  return moving.has(op.kind) && presentInputs(op).some(isAlike);
}

/** Operators that read a tensor, also through those that only move its values; and the latter. */
export function readersThrough(graph: Graph, id: TensorId): readonly Op[] {
  const reached = new Set([id]);
  return graph.ops.filter((op) => {
    if (!presentInputs(op).some((input) => reached.has(input))) return false;
    if (moving.has(op.kind)) for (const output of op.outputs) reached.add(output);
    return true;
  });
}

/** Numbers as they are once stored: rounded to the nearest, and cut off. Into `result`, which is returned. */
export function storedValues(
  values: ArrayLike<number>,
  { scale, zeroPoint }: { readonly scale: number; readonly zeroPoint: number },
  [lowest, highest]: readonly [number, number],
  result: Float32Array,
): Float32Array {
  for (let i = 0; i < values.length; i++) {
    const steps = roundHalfAwayFromZero((values[i] as number) / scale) + zeroPoint;
    result[i] = (clamp(steps, lowest, highest) - zeroPoint) * scale;
  }
  return result;
}

/** Scale and zero point that cover min, max and 0 with these integers. */
export function coveringParameters(
  min: number,
  max: number,
  [lowest, highest]: readonly [number, number],
): { readonly scale: number; readonly zeroPoint: number } {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  if (highest > 127 && lowest < 0) {
    // int16 is stored around 0.
    return { scale: Math.max(-low, high, 1e-9) / highest, zeroPoint: 0 };
  }
  const scale = Math.max(high - low, 1e-9) / (highest - lowest);
  const zeroPoint = clamp(roundHalfAwayFromZero(lowest - low / scale), lowest, highest);
  return { scale, zeroPoint };
}
