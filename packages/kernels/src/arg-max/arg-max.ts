import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { constantOfType, tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";

/** input [outerCount, size, innerCount] → [outerCount, innerCount] */
type Params = {
  readonly outerCount: number;
  readonly size: number;
  readonly innerCount: number;
};

/**
 * Where the largest value is, the first of equal ones; a NaN is only found in front.
 *
 * Source: `Eval`, tensorflow/lite/micro/kernels/arg_min_max.cc, and `ArgMinMax`,
 * tensorflow/lite/kernels/internal/reference/arg_min_max.h.
 */
export function argMax(op: OpOf<"arg-max">, graph: Graph): Step {
  const [inputId, axisId] = op.inputs;
  const { type, shape } = tensorOf(graph, inputId);
  tensorOfType(graph, op.outputs[0], "output", "int32");
  const [given = 0] = constantOfType(graph, axisId, "axis", "int32");
  const axis = given < 0 ? given + shape.length : given;
  return makeStep({
    kernel: `arg_max_${type}`,
    run: runArgMax,
    params: {
      outerCount: elementCount(shape.slice(0, axis)),
      size: shape[axis] as number,
      innerCount: elementCount(shape.slice(axis + 1)),
    },
    reads: [inputId],
    writes: op.outputs,
  });
}

function runArgMax(
  { outerCount, size, innerCount }: Params,
  input: Float32Array | Int8Array,
  output: Int32Array,
): void {
  for (let outer = 0; outer < outerCount; outer++) {
    for (let inner = 0; inner < innerCount; inner++) {
      const first = outer * size * innerCount + inner;
      let largest = input[first]!;
      let position = 0;
      for (let i = 1; i < size; i++) {
        const value = input[first + i * innerCount]!;
        if (value > largest) {
          largest = value;
          position = i;
        }
      }
      output[outer * innerCount + inner] = position;
    }
  }
}
