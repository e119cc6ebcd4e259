import { UserError } from "@smidgen/errors";
import { type Graph, isConstant, type Tensor, tensorOf } from "@smidgen/graph";
import { list, operandsOf } from "./operands.ts";
import type { OperandRule, Scheme } from "./scheme.ts";

/** @throws UserError `not-a-float-graph`, naming every tensor that is computed and not float32. */
export function requireFloatValues(graph: Graph): void {
  refuse(graph, integerValues(graph));
}

/** @throws UserError `not-a-float-graph`, naming also what the scheme cannot quantize. */
export function requireFloatOperands(graph: Graph, scheme: Scheme): void {
  const operators = graph.ops.flatMap((op, index) => {
    const place = `operator ${index} (${op.kind})`;
    if (scheme.rules[op.kind] === undefined) return [`${place} converts between types`];
    return operandsOf(op, scheme)
      .flatMap(({ id, rule }) => operandProblems(tensorOf(graph, id), rule))
      .map((text) => `${place}: ${text}`);
  });
  refuse(graph, [...integerValues(graph), ...operators]);
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
    .filter((tensor) => !isConstant(tensor) && tensor.type !== "float32")
    .map(({ name, type }) => `"${name}" is ${type}`);
}

function operandProblems(tensor: Tensor, { kind }: OperandRule): readonly string[] {
  if (kind === "integers") return [];
  if (isConstant(tensor)) {
    return tensor.type === "float32" ? [] : [`"${tensor.name}" is ${tensor.type}`];
  }
  return kind === "activation" ? [] : [`${kind} "${tensor.name}" is computed, not a constant`];
}

function refuse({ name }: Graph, lines: readonly string[]): void {
  if (lines.length === 0) return;
  throw new UserError("not-a-float-graph", `graph "${name}" is not all float32:\n${list(lines)}`, {
    hint: "Take the float model; one that is quantized already needs nothing more.",
  });
}
