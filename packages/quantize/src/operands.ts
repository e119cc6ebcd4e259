import type { Op, Quantization, Tensor, TensorId } from "@smidgen/graph";
import type { OperandRule, PerTensor, Arithmetic, Unit } from "./op-rules.ts";

/** An operand that is present, and what its operator's rule says about it. */
export interface Operand {
  readonly id: TensorId;
  readonly rule: OperandRule;
  /** Among the operator's operands, absent ones included. */
  readonly position: number;
  readonly tensor: Tensor;
}

/** The operands that are present; none if there is no rule for the operator. */
export function operandsOf(
  op: Op,
  arithmetic: Arithmetic | undefined,
  tensors: readonly Tensor[],
): readonly Operand[] {
  const rule = arithmetic?.rules[op.kind];
  if (rule === undefined || typeof rule === "string") return [];
  const operandRules: readonly OperandRule[] = rule.operands;
  return (op.inputs as readonly (TensorId | undefined)[]).flatMap((id, position) => {
    const operandRule = operandRules[position] ?? operandRules.at(-1);
    const tensor = id === undefined ? undefined : tensors[id];
    return id === undefined || operandRule === undefined || tensor === undefined
      ? []
      : [{ id, rule: operandRule, position, tensor }];
  });
}

/** How the first activation among an operator's operands is stored. */
export function activationOf(operands: readonly Operand[]): PerTensor {
  const activation = operands.find(({ rule }) => rule.kind === "activation")?.tensor;
  if (activation?.quantization?.kind !== "per-tensor") {
    throw new Error(`activation "${activation?.name}" is not quantized`);
  }
  return activation.quantization;
}

/** What one step of an operator's exact result stands for; the largest, if channels differ. */
export function unitOf(operands: readonly Operand[], unit: Unit | undefined): number {
  const largestScales = (kind: OperandRule["kind"]) =>
    operands
      .filter(({ rule }) => rule.kind === kind)
      .map(({ tensor }) => Math.max(...scalesOf(tensor)));
  const activations = largestScales("activation");
  switch (unit) {
    case undefined:
      return 0;
    case "activation-times-weights":
      return (activations[0] ?? 0) * (largestScales("weights")[0] ?? 0);
    case "largest":
      return Math.max(...activations);
    case "product":
      return activations.reduce((product, scale) => product * scale, 1);
    default:
      unit satisfies never;
      return 0;
  }
}

export function scalesOf({ quantization }: Tensor): readonly number[] {
  if (quantization === undefined) return [];
  return quantization.kind === "per-tensor" ? [quantization.scale] : quantization.scales;
}

export function isSame(a: Quantization | undefined, b: Quantization | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Lines of a message. */
export function list(lines: Iterable<string>): string {
  return Array.from(lines, (line) => `- ${line}`).join("\n");
}
