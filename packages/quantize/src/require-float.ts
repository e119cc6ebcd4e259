import { UserError } from "@smidgen/errors";
import { type Graph, isConstant, type Tensor, tensorOf } from "@smidgen/graph";
import { list, operandsOf } from "./operands.ts";
import type { OperandRule, Scheme } from "./scheme.ts";

/**
 * Checks that every value is a float, that weights and biases are constants, and that constants are finite.
 *
 * @throws UserError `not-a-float-graph` or `not-finite`, each listing every place.
 */
export function requireFloat(graph: Graph, scheme: Scheme): void {
  const wrong = [
    ...graph.tensors.flatMap((tensor) =>
      isIntegerActivation(tensor) ? [typeProblem(tensor)] : [],
    ),
    ...graph.ops.flatMap((op, index) => {
      if (scheme.rules[op.kind] === undefined) return [`operator ${index} is ${op.kind}`];
      return operandsOf(op, scheme).flatMap(({ id, rule }) =>
        operandProblems(tensorOf(graph, id), rule).map(
          (text) => `operator ${index} (${op.kind}): ${text}`,
        ),
      );
    }),
  ];
  if (wrong.length > 0) {
    throw new UserError(
      "not-a-float-graph",
      `graph "${graph.name}" is not a float graph:\n${list(wrong)}`,
      {
        hint: "Quantize the float model; one that is quantized already needs nothing more.",
      },
    );
  }
  const notFinite = graph.tensors.flatMap(({ name, data }) => {
    const count = data instanceof Float32Array ? countNotFinite(data) : 0;
    return count === 0 ? [] : [`"${name}": ${count} of ${data?.length} values`];
  });
  if (notFinite.length > 0) {
    throw new UserError("not-finite", `constants hold NaN or infinity:\n${list(notFinite)}`, {
      hint: "Training has diverged: lower the learning rate and train again.",
    });
  }
}

function isIntegerActivation(tensor: Tensor): boolean {
  return !isConstant(tensor) && tensor.type !== "float32";
}

function typeProblem({ name, type }: Tensor): string {
  return `"${name}" is ${type}`;
}

function operandProblems(tensor: Tensor, { kind }: OperandRule): readonly string[] {
  if (kind === "integers") return [];
  const role = kind === "activation" ? "operand" : kind;
  return [
    ...(tensor.type === "float32" || isIntegerActivation(tensor)
      ? []
      : [`${role} ${typeProblem(tensor)}`]),
    ...(kind === "activation" || isConstant(tensor)
      ? []
      : [`${role} "${tensor.name}" is computed; it must be a constant`]),
  ];
}

function countNotFinite(values: Float32Array): number {
  return values.reduce((count, value) => (Number.isFinite(value) ? count : count + 1), 0);
}
