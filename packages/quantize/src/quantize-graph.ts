import { type Graph, type Tensor, type TensorId, verifyGraph } from "@smidgen/graph";
import { type ActivationType, arithmeticsOf } from "./arithmetics.ts";
import { insertBorders } from "./insert-borders.ts";
import { quantizeFloatWeights } from "./quantize-float-weights.ts";
import { quantizeOperators } from "./quantize-operators.ts";
import type { Ranges } from "./ranges.ts";
import { requireFiniteConstants, requireFloatOperands } from "./require-float.ts";
import { opSchemesOf, type Scheme } from "./scheme.ts";

/**
 * A float graph with smaller numbers: the same operators and tensor names, each in the scheme that it is given.
 * Operators that convert are added where one scheme borders on another (`name_int8`), copies of tensors that are needed
 * on two scales (`name/requantized`), and operators that unpack weights (`name_dequantize`). Where a graph's output is
 * converted, the result keeps the name, and what it is made of gets that of its type: `name_int8`.
 *
 * `ranges` are what `calibrate` found for the same graph. Operators whose activations stay floats need none.
 *
 * @throws UserError `unknown-scheme` or `unmatched-pattern`, if the scheme is not one for this graph;
 * `unsupported-operator`, naming every operator that has no rule in its scheme; `not-a-float-graph`, if something in it
 * is quantized already; `missing-range`, naming every tensor without one; `range-too-wide`, naming every tensor,
 * weights included, whose scale float32 cannot hold, or that is too large for float16; `not-finite`, naming every constant that holds NaN or infinity.
 */
export function quantizeGraph(
  graph: Graph,
  ranges: Ranges,
  scheme: Scheme = { default: "int8" },
): Graph {
  verifyGraph(graph);
  const opSchemes = opSchemesOf(graph, scheme);
  const byScheme = arithmeticsOf(scheme);
  const arithmetics = opSchemes.map((opScheme) => byScheme[opScheme]);
  requireFloatOperands(graph, arithmetics);
  requireFiniteConstants(graph);

  const opTypes = arithmetics.map(
    (each) => (each?.activations.type ?? "float32") as ActivationType,
  );
  const bordered = insertBorders(graph, opTypes, scheme);
  const { graph: integers, positions } = quantizeOperators(
    bordered,
    ranges,
    bordered.ops.map(({ position, isBorder }) => (isBorder ? undefined : arithmetics[position])),
  );
  const isOriginal = new Set(bordered.ops.filter(({ isBorder }) => !isBorder).map(({ op }) => op));
  const smaller = quantizeFloatWeights(
    integers,
    integers.ops.map((op, i) => (isOriginal.has(op) ? opSchemes[positions[i] ?? -1] : undefined)),
    scheme,
  );
  const result = nameOutputs(smaller, graph.outputs);
  verifyGraph(result);
  return result;
}

/** What is converted at the end takes over the name of what it is made of, and that gets the name with a type. */
function nameOutputs(graph: Graph, originals: readonly TensorId[]): Graph {
  const tensors = [...graph.tensors];
  for (const [i, id] of graph.outputs.entries()) {
    const original = originals[i] as TensorId;
    if (id === original || graph.inputs.includes(original)) continue;
    const { name } = graph.tensors[original] as Tensor;
    if ((tensors[id] as Tensor).name === name) continue;
    tensors[id] = { ...(tensors[id] as Tensor), name };
    const stored = tensors[original] as Tensor;
    tensors[original] = { ...stored, name: `${name}_${stored.type}` };
  }
  return { ...graph, tensors };
}
