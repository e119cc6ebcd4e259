import { UserError } from "@smidgen/errors";
import { type Graph, isConstant, type Tensor } from "@smidgen/graph";
import { list, type Operand, operandsOf } from "./operands.ts";
import type { Arithmetic } from "./op-rules.ts";

/** @throws UserError `not-a-float-graph`, naming every tensor that is computed and holds neither floats nor positions. */
export function requireFloatValues(graph: Graph): void {
  refuse(graph, integerValues(graph));
}

/**
 * @throws UserError `unsupported-operator`, naming every operator that the scheme has no rule for;
 * `not-a-float-graph`, naming every operand that is not float, or not constant where it has to be.
 */
export function requireFloatOperands(graph: Graph, arithmetic: Arithmetic): void {
  const withoutRule = graph.ops.flatMap((op, index) => {
    const rule = arithmetic.rules[op.kind];
    return typeof rule === "string" ? [`operator ${index} (${op.kind}): ${rule}`] : [];
  });
  if (withoutRule.length > 0) {
    throw new UserError(
      "unsupported-operator",
      `graph "${graph.name}" cannot be quantized:\n${list(withoutRule)}`,
      { hint: "Build the network without these operators, or deploy it in float." },
    );
  }
  const operands = graph.ops.flatMap((op, index) =>
    operandsOf(op, arithmetic, graph.tensors)
      .flatMap(operandProblems)
      .map((text) => `operator ${index} (${op.kind}): ${text}`),
  );
  refuse(graph, [...integerValues(graph), ...operands]);
}

/** @throws UserError `not-finite`, naming every constant that holds NaN or infinity. */
export function requireFiniteConstants(graph: Graph): void {
  const lines = graph.tensors.flatMap(({ name, data }) => {
    const wrong =
      data instanceof Float32Array ? data.filter((value) => !Number.isFinite(value)).length : 0;
    return wrong === 0 ? [] : [`"${name}": ${wrong} of ${data?.length} values`];
  });
  if (lines.length === 0) return;
  throw new UserError("not-finite", `constants hold NaN or infinity:\n${list(lines)}`, {
    hint: "Training has diverged: lower the learning rate and train again.",
  });
}

function integerValues({ tensors }: Graph): readonly string[] {
  return tensors
    .filter((tensor) => !isConstant(tensor) && tensor.type !== "float32" && !isPosition(tensor))
    .map(({ name, type }) => `"${name}" is ${type}`);
}

/** What lookups take and the largest value's place are integers in every graph. */
function isPosition({ type, quantization }: Tensor): boolean {
  return (type === "int32" || type === "int64") && quantization === undefined;
}

function operandProblems({ tensor, rule: { kind } }: Operand): readonly string[] {
  if (kind === "integers") return [];
  if (isConstant(tensor)) {
    return tensor.type === "float32" ? [] : [`"${tensor.name}" is ${tensor.type}`];
  }
  if (kind !== "activation") return [`${kind} "${tensor.name}" is computed, not a constant`];
  return isPosition(tensor) ? [`"${tensor.name}" is ${tensor.type}`] : [];
}

function refuse({ name }: Graph, lines: readonly string[]): void {
  if (lines.length === 0) return;
  throw new UserError("not-a-float-graph", `graph "${name}" is not all float32:\n${list(lines)}`, {
    hint: "Take the float model; one that is quantized already needs nothing more.",
  });
}
