import {
  type Activation,
  elementCount,
  type GraphBuilder,
  type NewOutput,
  type OpKind,
  type OpOf,
  perAxis,
  perTensor,
  type Quantization,
  type Shape,
  type Tensor,
  type TensorId,
} from "@smidgen/graph";
import type { RandomSource } from "./random-source.ts";

export type ChainType = "float32" | "int8";

/** A graph that grows by one operator after another: what a step may use. */
export interface Chain extends RandomSource {
  readonly type: ChainType;
  /** For what the functions below do not do: states, and operators that leave the type. */
  readonly builder: GraphBuilder;
  /** A name that no other tensor has. */
  readonly fresh: () => string;
  /** What the next operator reads. */
  readonly current: Tensor;
  readonly id: TensorId;
  /** Adds an operator with one output of the chain's type; `quantization` as `free`, `same` or `fixed` give it. */
  readonly apply: <K extends OpKind>(
    kind: K,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
    quantization: Quantization | undefined,
  ) => TensorId;
  readonly applyAll: <K extends OpKind>(
    kind: K,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
    count: number,
  ) => readonly TensorId[];
  /** Quantization of a result whose values are about as large as `natural` × 128; sometimes far from it. */
  readonly free: (natural: number) => Quantization | undefined;
  readonly same: () => Quantization | undefined;
  readonly fixed: (scale: number, zeroPoint: number) => Quantization | undefined;
  readonly scale: () => number;
  readonly activation: () => Activation;
  readonly integers: (values: readonly number[], shape?: Shape) => TensorId;
  /** Another operand of the chain's type. */
  readonly constant: (shape: Shape, quantization?: Quantization) => TensorId;
  /** Symmetric weights: one scale, or one per slice along `axis`. */
  readonly weights: (shape: Shape, axis: number | undefined) => TensorId;
  /** For these weights: int32 of scale input × weights, or float32. Of `natural` × 128 at most. */
  readonly bias: (channels: number, weights: TensorId) => TensorId;
}

export function chainOn(
  builder: GraphBuilder,
  name: string,
  random: RandomSource,
  type: ChainType,
  id: TensorId,
): Chain {
  const current = builder.tensor(id);
  let next = 0;
  const fresh = () => `${name}/${id}/${next++}`;
  const scaleOf = (tensor: Tensor) =>
    tensor.quantization?.kind === "per-tensor" ? tensor.quantization.scale : 1;
  const zeroPoint = () =>
    random.chance(0.6) ? random.integer(-128, 127) : random.pick([-128, 0, 127, -1]);
  const whenQuantized = (quantization: () => Quantization) =>
    type === "int8" ? quantization() : undefined;
  const output = (quantization: Quantization | undefined): NewOutput => ({
    name: fresh(),
    type,
    quantization,
  });
  const fill = (count: number, element: () => number) => Array.from({ length: count }, element);
  return {
    ...random,
    type,
    builder,
    fresh,
    current,
    id,
    apply: (kind, operands, options, quantization) =>
      builder.op(kind, operands, options, output(quantization)),
    applyAll: (kind, operands, options, count) =>
      builder.opWithOutputs(
        kind,
        operands,
        options,
        Array.from({ length: count }, () => output(current.quantization)),
      ),
    free: (natural) =>
      whenQuantized(() =>
        perTensor(
          random.chance(0.8)
            ? random.logUniform(natural / 3, natural * 3)
            : random.logUniform(natural / 12, natural * 12),
          zeroPoint(),
        ),
      ),
    same: () => current.quantization,
    fixed: (scale, zero) => whenQuantized(() => perTensor(scale, zero)),
    scale: () => scaleOf(current),
    activation: () => random.pick(["none", "none", "relu", "relu6", "relu-n1-to-1"]),
    integers: (values, shape = [values.length]) =>
      builder.constant(fresh(), { type: "int32", shape, data: Int32Array.from(values) }),
    constant(
      shape,
      quantization = whenQuantized(() => perTensor(random.logUniform(1 / 512, 1 / 4), zeroPoint())),
    ) {
      const count = elementCount(shape);
      return type === "int8"
        ? builder.constant(fresh(), {
            type,
            shape,
            quantization,
            data: Int8Array.from(fill(count, () => random.integer(-128, 127))),
          })
        : builder.constant(fresh(), {
            type,
            shape,
            data: Float32Array.from(fill(count, () => random.real(-2, 2))),
          });
    },
    weights(shape, axis) {
      const count = elementCount(shape);
      if (type === "float32") {
        const data = Float32Array.from(fill(count, () => random.real(-0.5, 0.5)));
        return builder.constant(fresh(), { type, shape, data });
      }
      const scale = () => random.logUniform(2 ** -11, 2 ** -5);
      const quantization =
        axis === undefined
          ? perTensor(scale(), 0)
          : perAxis(axis, fill(shape[axis] as number, scale));
      const data = Int8Array.from(fill(count, () => random.integer(-127, 127)));
      return builder.constant(fresh(), { type, shape, quantization, data });
    },
    bias(channels, weights) {
      if (type === "float32") {
        const data = Float32Array.from(fill(channels, () => random.real(-1, 1)));
        return builder.constant(fresh(), { type, shape: [channels], data });
      }
      const { quantization } = builder.tensor(weights);
      const input = scaleOf(current);
      const data = Int32Array.from(fill(channels, () => random.integer(-20_000, 20_000)));
      return builder.constant(fresh(), {
        type: "int32",
        shape: [channels],
        data,
        quantization:
          quantization?.kind === "per-axis"
            ? perAxis(
                0,
                quantization.scales.map((scale) => input * scale),
              )
            : perTensor(input * (quantization?.scale ?? 1), 0),
      });
    },
  };
}
