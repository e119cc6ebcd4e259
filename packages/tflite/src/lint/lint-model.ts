import { type StoredTensor, storedTensor } from "../inspect/stored-tensor.ts";
import type { OpenModel } from "../open-model.ts";
import { builtinCode, operatorName } from "../operator-code.ts";
import type { Row } from "../schema/schema-types.ts";
import { tensorTypeName } from "../schema/tensor-types.ts";
import type { FindingCode, Severity } from "./catalogue.ts";
import type { Runtime } from "./operator-support.ts";

/** What a rule reports; the catalogue adds severity and remedy. */
export interface Problem {
  readonly code: FindingCode;
  /** `subgraph 0, operator 3 (CONV_2D)`, `subgraph 0, tensor 5 "conv/filter"`, `buffer 2`, `file` */
  readonly place: string;
  readonly message: string;
  /** Instead of the catalogue's, where it depends on more than the runtime. */
  readonly severity?: Severity;
}

/** Looks for one kind of defect. */
export type Rule = (model: LintModel, runtime: Runtime) => Iterable<Problem>;

export interface LintModel extends OpenModel {
  readonly subgraphs: readonly LintSubgraph[];
}

export interface LintSubgraph {
  readonly index: number;
  readonly row: Row<"SubGraph">;
  readonly place: string;
  readonly tensors: readonly LintTensor[];
  readonly operators: readonly LintOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface LintTensor extends StoredTensor {
  readonly id: number;
  readonly place: string;
  readonly type: string;
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
}

export interface LintOperator {
  readonly index: number;
  readonly row: Row<"Operator">;
  readonly place: string;
  readonly code: Row<"OperatorCode"> | undefined;
  /** `CONV_2D` */
  readonly name: string;
  readonly builtin: number | undefined;
  /** Positions as the file has them; −1 is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export function lintModel(opened: OpenModel): LintModel {
  return {
    ...opened,
    subgraphs: (opened.model.subgraphs ?? []).map((row, index) => {
      const place = `subgraph ${index}`;
      return {
        index,
        row,
        place,
        tensors: (row.tensors ?? []).map((tensor, id) => lintTensor(tensor, id, place, opened)),
        operators: (row.operators ?? []).map((operator, position) =>
          lintOperator(operator, position, place, opened.model),
        ),
        inputs: [...(row.inputs ?? [])],
        outputs: [...(row.outputs ?? [])],
      };
    }),
  };
}

/** Every operator with its subgraph. */
export function* operatorsOf(
  model: LintModel,
): Iterable<{ readonly operator: LintOperator; readonly subgraph: LintSubgraph }> {
  for (const subgraph of model.subgraphs) {
    for (const operator of subgraph.operators) yield { operator, subgraph };
  }
}

export function tensorsOf(model: LintModel): readonly LintTensor[] {
  return model.subgraphs.flatMap(({ tensors }) => tensors);
}

/** `undefined` where the operand is left out or points nowhere. */
export function inputOf(
  { tensors }: LintSubgraph,
  { inputs }: LintOperator,
  position: number,
): LintTensor | undefined {
  return tensors[inputs[position] ?? -1];
}

export function outputOf(
  { tensors }: LintSubgraph,
  { outputs }: LintOperator,
  position = 0,
): LintTensor | undefined {
  return tensors[outputs[position] ?? -1];
}

function lintTensor(
  row: Row<"Tensor">,
  id: number,
  place: string,
  { model, file }: OpenModel,
): LintTensor {
  return {
    ...storedTensor(row, model, file),
    id,
    place: `${place}, tensor ${id} "${row.name ?? ""}"`,
    type: tensorTypeName(row.type),
    scales: [...(row.quantization?.scale ?? [])],
    zeroPoints: [...(row.quantization?.zero_point ?? [])].map(Number),
  };
}

function lintOperator(
  row: Row<"Operator">,
  index: number,
  place: string,
  model: Row<"Model">,
): LintOperator {
  const code = model.operator_codes?.[row.opcode_index];
  const name = code === undefined ? `operator code ${row.opcode_index}` : operatorName(code);
  return {
    index,
    row,
    place: `${place}, operator ${index} (${name})`,
    code,
    name,
    builtin: code && builtinCode(code),
    inputs: [...(row.inputs ?? [])],
    outputs: [...(row.outputs ?? [])],
  };
}
