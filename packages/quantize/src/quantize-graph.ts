import { type Graph, verifyGraph } from "@smidgen/graph";
import { addFloatBorders } from "./add-float-borders.ts";
import { UserError } from "@smidgen/errors";
import { int8Arithmetic } from "./int8-arithmetic.ts";
import { quantizeOperators } from "./quantize-operators.ts";
import type { Ranges } from "./ranges.ts";
import { requireFiniteConstants, requireFloatOperands } from "./require-float.ts";
import { opSchemesOf, type Scheme } from "./scheme.ts";

/**
 * A float graph as one of integers, with the same operators and tensor names. Copies of tensors that are needed
 * on two scales are added (`name/requantized`).
 *
 * `ranges` are what `calibrate` found for the same graph.
 *
 * @throws UserError `unsupported-operator`, naming every operator that the scheme has no rule for;
 * `not-a-float-graph`, if something in it is quantized already; `missing-range`, naming every tensor without one; `range-too-wide`, naming every tensor, weights included, whose scale
 * float32 cannot hold; `not-finite`, naming every constant that holds NaN or infinity.
 */
export function quantizeGraph(
  graph: Graph,
  ranges: Ranges,
  scheme: Scheme = { default: "int8" },
): Graph {
  verifyGraph(graph);
  const others = new Set(opSchemesOf(graph, scheme).filter((each) => each !== "int8"));
  if (others.size > 0) {
    throw new UserError("unknown-scheme", `not yet: ${[...others].join(", ")}`);
  }
  const arithmetic = int8Arithmetic(scheme);
  requireFloatOperands(graph, arithmetic);
  requireFiniteConstants(graph);
  const integers = quantizeOperators(graph, ranges, arithmetic);
  const result =
    scheme.inputs === "float32" && scheme.outputs === "float32"
      ? addFloatBorders(integers)
      : integers;
  verifyGraph(result);
  return result;
}
