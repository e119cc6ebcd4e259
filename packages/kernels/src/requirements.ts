import { UserError } from "@smidgen/errors";
import {
  type Activation,
  type ElementArrays,
  type ElementType,
  elementTypes,
  type Graph,
  isConstant,
  type Quantization,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { dequantizedElements } from "./dequantize/dequantize-elements.ts";

/** What a kernel cannot compute; `prepareStep` adds which operator of the graph it is. */
export function unsupported(text: string, hint?: string): UserError {
  return new UserError("unsupported-operator", text, hint === undefined ? {} : { hint });
}

export function requireSupported(holds: boolean, text: string, hint?: string): asserts holds {
  if (!holds) throw unsupported(text, hint);
}

/** The tensor, which must be of this element type. */
export function tensorOfType(
  graph: Graph,
  id: TensorId,
  role: string,
  ...types: readonly ElementType[]
): Tensor {
  const tensor = tensorOf(graph, id);
  requireSupported(
    types.includes(tensor.type),
    `${role} "${tensor.name}" is ${tensor.type}; with this input it must be ${types.join(" or ")}`,
    tensor.type === "int8" || tensor.type === "int4"
      ? "Integer weights meet float activations in fully-connected layers and convolutions alone, and as int8: quantize the activations, too."
      : undefined,
  );
  return tensor;
}

/**
 * The elements of an operand whose value goes into `params`: of a constant, or the floats that a dequantize operator makes
 * of one.
 */
export function constantOfType<T extends ElementType>(
  graph: Graph,
  id: TensorId,
  role: string,
  type: T,
): ElementArrays[T] {
  const { name, data = dequantizedConstant(graph, id) } = tensorOfType(graph, id, role, type);
  requireSupported(data !== undefined, `${role} "${name}" is computed; it must be a constant`);
  return data as ElementArrays[T];
}

function dequantizedConstant(graph: Graph, id: TensorId): Float32Array | undefined {
  const producer = graph.ops.find(({ outputs }) => (outputs as readonly TensorId[]).includes(id));
  if (producer?.kind !== "dequantize") return undefined;
  const stored = tensorOf(graph, producer.inputs[0]);
  return isConstant(stored) ? dequantizedElements(stored) : undefined;
}

/** The elements of a bias; zeros if there is none. */
export function biasOrZeros<T extends "float32" | "int32">(
  graph: Graph,
  id: TensorId | undefined,
  type: T,
  channels: number,
): ElementArrays[T] {
  return id === undefined
    ? new elementTypes[type].array(channels)
    : constantOfType(graph, id, "bias", type);
}

/** One scale and zero point for the whole tensor. */
export function perTensorOf(
  { name, quantization }: Tensor,
  role: string,
): Extract<Quantization, { readonly kind: "per-tensor" }> {
  requireSupported(
    quantization?.kind === "per-tensor",
    quantization === undefined
      ? `${role} "${name}" has no scale and zero point`
      : `${role} "${name}" has a scale per slice; it must have one for the whole tensor`,
  );
  return quantization;
}

/** −zeroPoint: what a loop adds to a stored integer. 0, and never −0, which would make a float of the field. */
export function offsetOf(tensor: Tensor, role: string): number {
  return 0 - perTensorOf(tensor, role).zeroPoint;
}

/** Refuses an output whose integers do not stand for the same numbers as the input's. */
export function requireSameQuantization(input: Tensor, output: Tensor): void {
  const from = perTensorOf(input, "input");
  const to = perTensorOf(output, "output");
  requireSupported(
    Math.abs(from.scale - to.scale) <= 1e-6 && from.zeroPoint === to.zeroPoint,
    `input has scale ${from.scale} and zero point ${from.zeroPoint}, output ${to.scale} and ${to.zeroPoint}; this operator does not rescale`,
    "Give both the same quantization, or put a quantize operator behind.",
  );
}

/** Refuses an output whose scale and zero point are not the ones that the formula has built in. */
export function requireOutputQuantization(output: Tensor, scale: number, zeroPoint: number): void {
  const given = perTensorOf(output, "output");
  requireSupported(
    given.scale === scale && given.zeroPoint === zeroPoint,
    `output "${output.name}" has scale ${given.scale} and zero point ${given.zeroPoint}; ${output.type} needs ${scale} and ${zeroPoint}`,
  );
}

/** Activations that limit a range; the others need a function. */
export type RangeActivation = Extract<Activation, "none" | "relu" | "relu-n1-to-1" | "relu6">;

export function requireRangeActivation(
  activation: Activation,
): asserts activation is RangeActivation {
  requireSupported(
    activation !== "tanh" && activation !== "sign-bit",
    `activation ${activation} is not supported inside another operator`,
    "Use an operator of its own.",
  );
}
