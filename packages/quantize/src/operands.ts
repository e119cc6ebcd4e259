import type { Op, TensorId } from "@smidgen/graph";
import type { OperandRule, Scheme } from "./scheme.ts";

/** An operand that is present, and what its operator's rule says about it. */
export interface Operand {
  readonly id: TensorId;
  readonly rule: OperandRule;
  /** Among the operator's operands, absent ones included. */
  readonly position: number;
}

export function operandsOf(op: Op, { rules }: Scheme): readonly Operand[] {
  const operandRules: readonly OperandRule[] = rules[op.kind]?.operands ?? [];
  return (op.inputs as readonly (TensorId | undefined)[]).flatMap((id, position) => {
    const rule = operandRules[position];
    return id === undefined || rule === undefined ? [] : [{ id, rule, position }];
  });
}

/** Lines of a message. */
export function list(lines: Iterable<string>): string {
  return Array.from(lines, (line) => `- ${line}`).join("\n");
}
