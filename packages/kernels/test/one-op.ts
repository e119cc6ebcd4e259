import {
  type ElementArray,
  elementCount,
  type ElementType,
  elementTypes,
  type Graph,
  graphBuilder,
  type OpKind,
  type Quantization,
  type Shape,
} from "@smidgen/graph";
import { prepareStep, type Rounding } from "@smidgen/kernels";

/** An operator and what it is given. */
export interface OneOp {
  readonly kind: OpKind;
  readonly operands: readonly Operand[];
  readonly options?: object;
  /** Default: one, stored like the first operand. */
  readonly outputs?: readonly Storage[];
}

export interface Storage {
  readonly type: ElementType;
  readonly quantization?: Quantization | undefined;
}

export interface Operand extends Storage {
  readonly shape: Shape;
  readonly data: ElementArray;
  /** Whether the graph holds it, instead of being given it. */
  readonly isConstant?: boolean;
}

/** An operand that is given; without values all its elements differ, as far as its type has as many. */
export function given(
  type: ElementType,
  shape: Shape,
  values?: readonly number[],
  quantization?: Quantization,
): Operand {
  return { type, shape, data: arrayOf(type, values ?? distinct(type, shape)), quantization };
}

/** An int32 constant of one dimension. */
export function integers(...values: readonly number[]): Operand {
  return { ...given("int32", [values.length], values), isConstant: true };
}

/** An int32 constant of no dimension. */
export function integer(value: number): Operand {
  return { ...given("int32", [], [value]), isConstant: true };
}

export function graphOf({ kind, operands, options = {}, outputs }: OneOp): Graph {
  const b = graphBuilder(kind);
  const ids = operands.map(({ isConstant = false, data, ...tensor }, i) =>
    isConstant
      ? b.constant(`operand ${i}`, { ...tensor, data: data })
      : b.input(`operand ${i}`, tensor),
  );
  const { type, quantization } = operands[0] as Operand;
  const stored = (outputs ?? [{ type, quantization }]).map((storage, i) => ({
    name: `output ${i}`,
    ...storage,
  }));
  return b.build(b.opWithOutputs(kind, ids as never, options, stored));
}

/**
 * What the operator computes, output by output.
 *
 * @throws UserError `unsupported-operator`
 */
export function outputsOf(spec: OneOp, rounding: Rounding = "double"): readonly ElementArray[] {
  const graph = graphOf(spec);
  const step = prepareStep(graph.ops[0] as Graph["ops"][number], graph, { rounding });
  const memory = graph.tensors.map(
    ({ type, shape }, id) =>
      spec.operands[id]?.data ?? new elementTypes[type].array(elementCount(shape)),
  );
  const scratch = new Uint8Array(step.scratchBytes);
  step.bind({ tensor: (id) => memory[id] as ElementArray, scratch })();
  return graph.outputs.map((id) => memory[id] as ElementArray);
}

/** The elements of the only output. */
export function outputOf(spec: OneOp, rounding: Rounding = "double"): readonly number[] {
  return Array.from(outputsOf(spec, rounding)[0] as Float32Array);
}

function arrayOf(type: ElementType, values: readonly number[]): ElementArray {
  return type === "int64"
    ? BigInt64Array.from(values, BigInt)
    : (elementTypes[type].array as typeof Float32Array).from(values);
}

function distinct(type: ElementType, shape: Shape): readonly number[] {
  const [low, high] = type === "bool" ? [0, 1] : (elementTypes[type].range ?? [-50, 2 ** 20]);
  const count = high - low + 1;
  return Array.from({ length: elementCount(shape) }, (_, i) => low + ((i * 37 + 11) % count));
}
