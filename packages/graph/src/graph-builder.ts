import { type Graph, tensorOf } from "./graph.ts";
import { type Op, type OpKind, type OpOf, rulesOf } from "./op.ts";
import type { Quantization } from "./quantization.ts";
import type { ElementArrays, ElementType, Shape, Tensor, TensorId } from "./tensor.ts";
import { verifyGraph } from "./verify-graph.ts";

export interface GraphBuilder {
  input(name: string, tensor: NewTensor): TensorId;
  constant<T extends ElementType>(name: string, tensor: NewConstant<T>): TensorId;
  variable(name: string, tensor: NewTensor): TensorId;
  /** Adds an operator with one output, whose shape follows from the operands. */
  op<K extends OpKind>(
    kind: K,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
    output: NewOutput,
  ): TensorId;
  /** Adds an operator with several outputs, whose shapes follow from the operands. */
  opWithOutputs<K extends OpKind>(
    kind: K,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
    outputs: readonly NewOutput[],
  ): readonly TensorId[];
  /** A tensor that was added, with its shape. */
  tensor(id: TensorId): Tensor;
  /** @throws UserError `invalid-graph` */
  build(outputs: readonly TensorId[]): Graph;
}

export interface NewTensor {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly quantization?: Quantization | undefined;
}

export interface NewConstant<T extends ElementType> {
  readonly type: T;
  readonly shape: Shape;
  readonly data: ElementArrays[T];
  readonly quantization?: Quantization | undefined;
}

export interface NewOutput {
  readonly name: string;
  readonly type: ElementType;
  readonly quantization?: Quantization | undefined;
}

/** Builds a graph operator by operator. Tensors are numbered in the order in which they are added. */
export function graphBuilder(name: string): GraphBuilder {
  const tensors: Tensor[] = [];
  const ops: Op[] = [];
  const inputs: TensorId[] = [];
  const add = (tensor: Pick<Tensor, "name" | "type" | "shape"> & Partial<Tensor>): TensorId =>
    (tensors.push({ quantization: undefined, data: undefined, isVariable: false, ...tensor }) -
      1) as TensorId;

  const addOp: GraphBuilder["opWithOutputs"] = (kind, operands, options, outputs) => {
    const ids = outputs.map((_, i) => (tensors.length + i) as TensorId);
    const op = { kind, inputs: operands, outputs: ids, options } as unknown as Op;
    const shapes = rulesOf(op).outputShapes(op, tensors);
    for (const [i, output] of outputs.entries()) add({ ...output, shape: shapes[i] as Shape });
    ops.push(op);
    return ids;
  };

  return {
    input(tensorName, tensor) {
      const id = add({ name: tensorName, ...tensor });
      inputs.push(id);
      return id;
    },
    constant: (tensorName, tensor) => add({ name: tensorName, ...tensor }),
    variable: (tensorName, tensor) => add({ name: tensorName, ...tensor, isVariable: true }),
    op: (kind, operands, options, output) =>
      addOp(kind, operands, options, [output])[0] as TensorId,
    opWithOutputs: addOp,
    tensor: (id) => tensorOf({ tensors }, id),
    build(outputs) {
      const graph: Graph = {
        name,
        tensors: [...tensors],
        ops: [...ops],
        inputs: [...inputs],
        outputs,
      };
      verifyGraph(graph);
      return graph;
    },
  };
}
