import { UserError } from "@smidgen/errors";
import { type Op, type OpKind, rulesOf, type Tensor, type TensorId } from "@smidgen/graph";
import type { Row } from "./schema/schema-types.ts";
import { storedAs } from "./stored-ops.ts";
import { optionsOf } from "./stored-options.ts";

/** Positions that were checked; operands that are left out are `undefined`. */
export interface OperandIds {
  readonly inputs: readonly (TensorId | undefined)[];
  readonly outputs: readonly TensorId[];
  readonly intermediates: readonly TensorId[];
}

/** The operator, or what is wrong with it. */
export function readOperator(
  kind: OpKind,
  operator: Row<"Operator">,
  { inputs, outputs, intermediates }: OperandIds,
  tensors: readonly Tensor[],
): Op | string {
  const stored = storedAs(kind);
  const rules = rulesOf({ kind } as Op);
  const { requiredInputs } = stored;
  const isRequired = (i: number) =>
    typeof requiredInputs === "number" ? i < requiredInputs : requiredInputs.includes(i);
  const missing = rules.inputs.filter((_, i) => isRequired(i) && inputs[i] === undefined);
  if (missing.length > 0) return `has no ${missing.join(" and no ")}`;
  const mayRepeat = (names: readonly string[]) => names.at(-1)?.endsWith("…") === true;
  if (inputs.length > rules.inputs.length && !mayRepeat(rules.inputs)) {
    return `has ${inputs.length} operands, ${rules.inputs.length} expected`;
  }
  if (inputs.length > rules.inputs.length && inputs.includes(undefined)) {
    return "leaves out an operand";
  }
  if (outputs.length !== rules.outputs.length && !mayRepeat(rules.outputs)) {
    return `has ${outputs.length} outputs, ${rules.outputs.length} expected`;
  }
  if (outputs.length === 0) return "has no output";
  const tooLong = rules.inputs.findIndex((name, i) => {
    const { data } = tensors[inputs[i] ?? -1] ?? {};
    return listOperands.includes(name) && data !== undefined && data.length > longestList;
  });
  if (tooLong !== -1) return `has more than ${longestList} numbers in its ${rules.inputs[tooLong]}`;
  const count = Math.max(inputs.length, rules.inputs.length);
  try {
    return {
      kind,
      inputs: Array.from({ length: count }, (_, i) => inputs[i]),
      outputs,
      options: stored.readOptions(optionsOf(operator), {
        inputs: inputs.map((id) => (id === undefined ? undefined : tensors[id])),
        outputs: outputs.map((id) => tensors[id] as Tensor),
        intermediates,
      }),
    } as unknown as Op;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Operands that say something about each dimension; rules walk them once for every operator that has them. */
const listOperands: readonly string[] =
  "axis axes shape outputShape size paddings permutation begin end strides".split(" ");
/** Two numbers for each of 32 dimensions. */
const longestList = 64;
