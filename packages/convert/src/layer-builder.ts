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
  op<K extends OpKind>(
    kind: K,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
    name: string,
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
  return {
    input: (name, shape) => builder.input(name, { type: "float32", shape }),
    floats: (name, shape, data) =>
      once(name, () => builder.constant(name, { type: "float32", shape, data })),
    ints: (name, data) =>
      once(name, () =>
        builder.constant(name, {
          type: "int32",
          shape: [data.length],
          data: Int32Array.from(data),
        }),
      ),
    op: (kind, operands, options, name) =>
      builder.op(kind, operands, options, { name, type: "float32" }),
    build: (outputs) => builder.build(outputs),
  };
}
