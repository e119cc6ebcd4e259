import {
  type Graph,
  graphBuilder,
  type OpKind,
  type OpOf,
  type Shape,
  type TensorId,
} from "@smidgen/graph";

/** Adds float operators; a constant that was added under the same name is used again. */
export interface LayerBuilder {
  input(name: string, shape: Shape): TensorId;
  floats(name: string, shape: Shape, data: Float32Array): TensorId;
  ints(name: string, data: readonly number[]): TensorId;
  /** Floats that stay from one run to the next; zeros at first. */
  variable(name: string, shape: Shape): TensorId;
  /** Rows of as many numbers. */
  intTable(name: string, rows: readonly (readonly number[])[]): TensorId;
  op<K extends OpKind>(
    kind: K,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
    name: string,
    type?: "float32" | "int32",
  ): TensorId;
  build(outputs: readonly TensorId[]): Graph;
}

export function layerBuilder(graphName: string): LayerBuilder {
  const builder = graphBuilder(graphName);
  const constants = new Map<string, TensorId>();
  const once = (name: string, add: () => TensorId): TensorId => {
    const id = constants.get(name) ?? add();
    constants.set(name, id);
    return id;
  };
  const ints = (name: string, shape: Shape, data: readonly number[]) =>
    once(name, () => builder.constant(name, { type: "int32", shape, data: Int32Array.from(data) }));
  return {
    input: (name, shape) => builder.input(name, { type: "float32", shape }),
    floats: (name, shape, data) =>
      once(name, () => builder.constant(name, { type: "float32", shape, data })),
    variable: (name, shape) => builder.variable(name, { type: "float32", shape }),
    ints: (name, data) => ints(name, [data.length], data),
    intTable: (name, rows) => ints(name, [rows.length, rows[0]?.length ?? 0], rows.flat()),
    op: (kind, operands, options, name, type = "float32") =>
      builder.op(kind, operands, options, { name, type }),
    build: (outputs) => builder.build(outputs),
  };
}
