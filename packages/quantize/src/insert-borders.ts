import {
  type Graph,
  isConstant,
  type Op,
  presentInputs,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import type { ActivationType } from "./arithmetics.ts";
import type { BorderType, Scheme } from "./scheme.ts";

/** An operator, and what it reads and writes its activations as. */
export interface TypedOp {
  readonly op: Op;
  /** What its activations are stored as; of a border what it converts to. */
  readonly type: ActivationType;
  /** Whether it has been put in to convert. Its tensors wait to be given types. */
  readonly isBorder: boolean;
  /** Position among the operators of the graph that was given; of a border that of who reads or writes it. */
  readonly position: number;
}

export interface BorderedGraph {
  readonly graph: Graph;
  /** One for each operator of `graph`. */
  readonly ops: readonly TypedOp[];
  /** What each activation is stored as. */
  readonly typeOf: (id: TensorId) => ActivationType;
  /** The tensor that a border copies; others are themselves. */
  readonly originalOf: (id: TensorId) => TensorId;
}

/**
 * A float graph with an operator in front of each one that wants its activations in another type than they come in,
 * and at both ends where the scheme asks for another type. A tensor is copied once to each type.
 *
 * `opTypes` is what each operator wants its activations as. Positions and constants are not converted.
 */
export function insertBorders(
  graph: Graph,
  opTypes: readonly ActivationType[],
  scheme: Pick<Scheme, "inputs" | "outputs">,
): BorderedGraph {
  const tensors: Tensor[] = [...graph.tensors];
  const types = new Map<TensorId, ActivationType>();
  const originals = new Map<TensorId, TensorId>();
  const copies = new Map<string, TensorId>();
  const names = new Set(graph.tensors.map(({ name }) => name));
  const ops: TypedOp[] = [];
  const wantedInputs = inputTypes(graph, opTypes, scheme.inputs);
  for (const [i, id] of graph.inputs.entries()) types.set(id, wantedInputs[i] ?? "float32");

  /** The tensor in this type; a border makes it if it comes in another and no earlier one did. */
  const converted = (id: TensorId, type: ActivationType, position: number): TensorId => {
    const from = types.get(id);
    if (from === undefined || from === type || !isActivation(tensorOf(graph, id))) return id;
    const step = firstStep(from, type);
    const copy = copied(id, id, step, position);
    return step === type ? copy : copied(copy, id, type, position);
  };
  const copied = (id: TensorId, original: TensorId, type: ActivationType, position: number) => {
    const key = `${original} ${type}`;
    const known = copies.get(key);
    if (known !== undefined) return known;
    const { name, shape } = tensorOf(graph, original);
    const copy = (tensors.push({ ...plain, name: unusedName(`${name}_${type}`, names), shape }) -
      1) as TensorId;
    copies.set(key, copy);
    types.set(copy, type);
    originals.set(copy, original);
    const kind = type === "float32" ? "dequantize" : "quantize";
    const op: Op = { kind, inputs: [id], outputs: [copy], options: {} };
    ops.push({ op, type, isBorder: true, position });
    return copy;
  };

  for (const [position, op] of graph.ops.entries()) {
    const type = opTypes[position] ?? "float32";
    const inputs = (op.inputs as readonly (TensorId | undefined)[]).map((id) =>
      id === undefined ? undefined : converted(id, type, position),
    );
    for (const id of op.outputs) types.set(id, type);
    ops.push({ op: { ...op, inputs } as unknown as Op, type, isBorder: false, position });
  }
  const outputs = graph.outputs.map((id) => {
    const { outputs: wanted = "computed" } = scheme;
    return wanted === "computed" ? id : converted(id, wanted, graph.ops.length);
  });
  return {
    graph: { ...graph, tensors, ops: ops.map(({ op }) => op), outputs },
    ops,
    typeOf: (id) => types.get(id) ?? "float32",
    originalOf: (id) => originals.get(id) ?? id,
  };
}

/**
 * What is made first where no runtime converts at once: int8 to int16 goes by way of floats, since `quantize` knows
 * that step in LiteRT and TensorFlow Lite Micro, but not in older builds of TensorFlow Lite; int16 to uint8 by int8.
 */
function firstStep(from: ActivationType, to: ActivationType): ActivationType {
  if (to === "int16" && from !== "float32") return "float32";
  return from === "int16" && to === "uint8" ? "int8" : to;
}

const plain = {
  type: "float32",
  quantization: undefined,
  data: undefined,
  isVariable: false,
} as const;

function isActivation(tensor: Tensor): boolean {
  return tensor.type === "float32" && !isConstant(tensor) && !tensor.isVariable;
}

/** What is asked for, or what the first operator that reads an input wants. */
function inputTypes(
  graph: Graph,
  opTypes: readonly ActivationType[],
  wanted: BorderType = "computed",
): readonly ActivationType[] {
  if (wanted !== "computed") return graph.inputs.map(() => wanted);
  return graph.inputs.map((id) => {
    const reader = graph.ops.findIndex((op) => presentInputs(op).includes(id));
    return opTypes[reader] ?? "float32";
  });
}

function unusedName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let count = 2; names.has(name); count++) name = `${wanted}_${count}`;
  names.add(name);
  return name;
}
