import { toCIdentifier } from "@smidgen/codegen";
import {
  type ElementType,
  elementCount,
  type Graph,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";

/** How a program in C calls a model: what the harness is written from. */
export interface ModelInterface {
  /** C files to compile, and the header that declares `run`: paths among the sources. */
  readonly units: readonly string[];
  readonly header: string;
  /** A function that takes a pointer for every input, then for every output; then the arena, if the caller gives it. */
  readonly run: string;
  /** A function without arguments that forgets the state of the last inference, if there is any. */
  readonly reset?: string;
  readonly inputs: readonly ModelOperand[];
  readonly outputs: readonly ModelOperand[];
  /** What the caller must give: its size in bytes. It is aligned to 16. */
  readonly arenaBytes?: number;
}

export interface ModelOperand {
  /** The element's type in C. */
  readonly type: "int8_t" | "uint8_t" | "int16_t" | "int32_t" | "int64_t" | "float";
  readonly elements: number;
}

export const elementBytes: Readonly<Record<ModelOperand["type"], number>> = {
  int8_t: 1,
  uint8_t: 1,
  int16_t: 2,
  int32_t: 4,
  int64_t: 8,
  float: 4,
};

/** Bytes of one sample: all inputs, or all outputs. */
export function operandBytes(operands: readonly ModelOperand[]): number {
  return operands.reduce((sum, { type, elements }) => sum + elementBytes[type] * elements, 0);
}

/** How to call what `generateC(graph, { name })` writes, with its memory in model.c. */
export function modelInterface(
  graph: Graph,
  { name = toCIdentifier(graph.name) }: { readonly name?: string } = {},
): ModelInterface {
  const operand = (id: TensorId): ModelOperand => {
    const { type, shape } = tensorOf(graph, id);
    const cType = cTypes[type];
    if (cType === undefined) throw new Error(`a model with ${type} operands cannot be called`);
    return { type: cType, elements: elementCount(shape) };
  };
  return {
    units: ["model.c"],
    header: "model.h",
    run: `smg_${name}_run`,
    ...(graph.tensors.some(({ isVariable }) => isVariable) && { reset: `smg_${name}_reset` }),
    inputs: graph.inputs.map(operand),
    outputs: graph.outputs.map(operand),
  };
}

const cTypes: Partial<Record<ElementType, ModelOperand["type"]>> = {
  bool: "uint8_t",
  float32: "float",
  int16: "int16_t",
  int32: "int32_t",
  int64: "int64_t",
  int8: "int8_t",
  uint8: "uint8_t",
};
