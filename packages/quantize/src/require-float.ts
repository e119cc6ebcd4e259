import { UserError } from "@smidgen/errors";
import { type Graph, isConstant, type Op, type Tensor } from "@smidgen/graph";
import { list, type Operand, operandsOf } from "./operands.ts";
import type { Arithmetic } from "./op-rules.ts";
import { lstmProblems } from "./recurrent.ts";

/** @throws UserError `not-a-float-graph`, naming every tensor that is computed and holds neither floats nor positions. */
export function requireFloatValues(graph: Graph): void {
  refuse(graph, integerValues(graph));
}

/**
 * `arithmetics`: of each operator; `undefined` where its activations stay floats.
 *
 * @throws UserError `unsupported-operator`, naming every operator that its arithmetic has no rule for;
 * `not-a-float-graph`, naming every operand that is not float, or not constant where it has to be.
 */
export function requireFloatOperands(
  graph: Graph,
  arithmetics: readonly (Arithmetic | undefined)[],
): void {
  const refusals = graph.ops.flatMap((op, index) =>
    refusalsOf(op, arithmetics[index]).map((why) => ({ op, index, why })),
  );
  if (refusals.length > 0) {
    const lines = refusals.map(({ op, index, why }) => `operator ${index} (${op.kind}): ${why}`);
    const kinds = [...new Set(refusals.map(({ op }) => `${JSON.stringify(op.kind)}: "float32"`))];
    throw new UserError(
      "unsupported-operator",
      `graph "${graph.name}" cannot be quantized:\n${list(lines)}`,
      {
        hint: `Build the network without these operators, or leave them in float: operators { ${kinds.join(", ")} } of the scheme.`,
      },
    );
  }
  const operands = graph.ops.flatMap((op, index) =>
    operandsOf(op, arithmetics[index], graph.tensors)
      .flatMap(operandProblems)
      .map((text) => `operator ${index} (${op.kind}): ${text}`),
  );
  refuse(graph, [...integerValues(graph), ...operands]);
}

function refusalsOf(op: Op, arithmetic: Arithmetic | undefined): readonly string[] {
  const rule = arithmetic?.rules[op.kind] ?? (isConversion(op) ? "it is quantized already" : "");
  if (typeof rule === "string") return rule === "" ? [] : [rule];
  return op.kind === "unidirectional-sequence-lstm" ? lstmProblems(op) : [];
}

function isConversion({ kind }: Op): boolean {
  return kind === "quantize" || kind === "dequantize";
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
  if (kind === "recurrent" && tensor.isVariable) {
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
