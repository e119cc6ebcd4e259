import { elementCount, type OpKind, type TensorId } from "@smidgen/graph";
import type { RandomValues } from "../random-values.ts";
import { addLstmOn, addSvdfOn } from "../recurrent-cases.ts";
import type { Chain } from "./chain.ts";
import type { ChainStep } from "./steps.ts";

/** How a chain grows by operators that have a state, or that leave its type and need another to come back. */
export const leavingSteps: { readonly [K in OpKind]?: ChainStep } = {
  "arg-max": (chain) => {
    const axis = chain.integer(0, chain.current.shape.length - 1);
    if (chain.current.shape.length < 2) return undefined;
    const operands = [chain.id, chain.integers([axis], [])] as const;
    return backFromIntegers(chain, leave(chain, "int32", "arg-max", operands));
  },
  cast: (chain) => {
    if (chain.type === "int8") return undefined;
    return backFromIntegers(chain, leave(chain, "int32", "cast", [chain.id]));
  },
  dequantize: (chain) => {
    if (chain.type === "float32") return undefined;
    return backFromFloats(chain, leave(chain, "float32", "dequantize", [chain.id]));
  },
  "embedding-lookup": (chain) => {
    const { shape } = chain.current;
    if (shape.length < 2) return undefined;
    const positions = Array.from({ length: chain.integer(1, 4) }, () =>
      chain.integer(0, (shape[0] as number) - 1),
    );
    return chain.apply("embedding-lookup", [chain.integers(positions), chain.id], {}, chain.same());
  },
  svdf: (chain) => {
    const input = inDimensions(chain, 2);
    return addSvdfOn(chain.builder, chain.fresh(), chain.type, valuesOf(chain), input);
  },
  // With a zero point of 0, since the judge has the wrong sign for others: see docs/numerics.md.
  "unidirectional-sequence-lstm": (chain) => {
    const input = inDimensions(chain, 3);
    return addLstmOn(chain.builder, chain.fresh(), chain.type, valuesOf(chain), input, 0);
  },
};

/** The current tensor, reshaped to [batch, depth] or [batch, steps, depth] with small sizes in front. */
function inDimensions(chain: Chain, rank: 2 | 3): TensorId {
  const { shape, quantization } = chain.current;
  if (shape.length === rank) return chain.id;
  const newShape: number[] = [];
  let rest = elementCount(shape);
  while (newShape.length < rank - 1) {
    const sizes = [1, 2, 3, 4, 5, 6].filter((size) => rest % size === 0);
    const size = sizes[chain.integer(0, sizes.length - 1)] as number;
    newShape.push(size);
    rest /= size;
  }
  const output = { name: chain.fresh(), type: chain.type, quantization };
  const options = { newShape: [...newShape, rest] };
  return chain.builder.op("reshape", [chain.id, undefined], options, output);
}

function leave<K extends "arg-max" | "cast" | "dequantize">(
  { builder, fresh }: Chain,
  type: "float32" | "int32",
  kind: K,
  operands: Parameters<typeof builder.op<K>>[1],
): TensorId {
  return builder.op(kind, operands, {} as never, { name: fresh(), type });
}

function backFromIntegers(chain: Chain, id: TensorId): TensorId {
  const floats = { name: chain.fresh(), type: "float32" } as const;
  return backFromFloats(chain, chain.builder.op("cast", [id], {}, floats));
}

function backFromFloats(chain: Chain, id: TensorId): TensorId {
  if (chain.type === "float32") return id;
  const quantization = chain.free(chain.scale());
  return chain.builder.op(
    "quantize",
    [id],
    {},
    { name: chain.fresh(), type: "int8", quantization },
  );
}

/** The same random numbers as the cases of recurrent operators take them. */
function valuesOf({ integer, real }: Chain): RandomValues {
  const list = (count: number, draw: () => number) => Array.from({ length: count }, draw);
  return {
    int: integer,
    real,
    int8: (count, min = -128, max = 127) => Int8Array.from(list(count, () => integer(min, max))),
    int16: (count, min = -32_768, max = 32_767) =>
      Int16Array.from(list(count, () => integer(min, max))),
    int32: (count, min, max) => Int32Array.from(list(count, () => integer(min, max))),
    float32: (count, limit) => Float32Array.from(list(count, () => real(-limit, limit))),
    pick: (...values) => values[integer(0, values.length - 1)] as (typeof values)[number],
  };
}
