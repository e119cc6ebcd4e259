import { UserError } from "@smidgen/errors";
import {
  findGraphProblems,
  type Graph,
  type Op,
  type OpKind,
  type Tensor,
  type TensorId,
} from "@smidgen/graph";
import { figure } from "./figure.ts";
import { readFlatbuffer } from "./flatbuffer/read-flatbuffer.ts";
import { builtinCode, operatorName } from "./operator-code.ts";
import { type OperandIds, readOperator } from "./read-operator.ts";
import { asIntermediate, newTensorReader } from "./read-tensor.ts";
import type { Row } from "./schema/schema-types.ts";
import { kindOf } from "./stored-ops.ts";

export interface ReadOptions {
  /** The file's name, for messages; also the graph's name if the file gives it none. */
  readonly name?: string;
}

/**
 * The graph that a `.tflite` file holds, verified. Tensors keep their positions.
 *
 * What a graph does not hold is left behind: descriptions, signatures, metadata, min/max, the shape signature
 * (shapes are the static ones), and whether hybrid operators quantize their input asymmetrically. One scale means
 * per-tensor quantization; a scale of 0 means none. Intermediates of shape [0] become scalars. A tensor that nothing uses and that a graph cannot hold
 * (a string, a dynamic shape) becomes an int8 scalar of the same name, so that positions stay.
 *
 * @throws UserError
 * - `not-tflite`, `truncated-file`, `invalid-tflite`: the bytes are not a sound file of schema version 3
 * - `unsupported-operators`: operators that graphs do not have, all of them
 * - `unsupported-tensors`, `unsupported-options`, `unsupported-model`: tensors, options, or more than one
 *   subgraph, which a graph cannot hold
 * - `invalid-graph`: the model breaks rules of `verifyGraph`, all of them
 */
export function readTflite(bytes: Uint8Array, options: ReadOptions = {}): Graph {
  const fileName = options.name ?? "the model";
  const model = readFlatbuffer(bytes, { fileName });
  const invalid = (text: string) =>
    new UserError("invalid-tflite", `${fileName} is damaged: ${text}`);

  if (model.version !== 3) {
    throw new UserError(
      "unsupported-model",
      `${fileName} has schema version ${model.version}; version 3 is expected`,
    );
  }
  const [subgraph, ...others] = model.subgraphs ?? [];
  if (subgraph === undefined) throw invalid("it has no subgraph");
  if (others.length > 0) {
    throw new UserError(
      "unsupported-model",
      `${fileName} has ${others.length + 1} subgraphs; a graph holds one`,
      { hint: "Convert the model without control flow, and with a single signature." },
    );
  }
  const operators = subgraph.operators ?? [];
  const codes = model.operator_codes ?? [];
  refuseUnsupportedOperators(operators, codes, fileName);

  const rows = subgraph.tensors ?? [];
  const inputs = positions(subgraph.inputs, "Model.subgraphs[0].inputs");
  const outputs = positions(subgraph.outputs, "Model.subgraphs[0].outputs");
  const operands = operators.map((operator, index) => {
    const place = `Model.subgraphs[0].operators[${index}]`;
    return {
      inputs: [...(operator.inputs ?? [])].map((id) =>
        id === -1 ? undefined : position(id, `${place}.inputs`),
      ),
      outputs: positions(operator.outputs, `${place}.outputs`),
      intermediates: positions(operator.intermediates, `${place}.intermediates`),
    };
  });
  const used = new Set([
    ...inputs,
    ...outputs,
    ...operands.flatMap((of) => [...of.inputs.filter((id) => id !== undefined), ...of.outputs]),
  ]);
  const inner = new Set(operands.flatMap(({ intermediates }) => intermediates));
  const readTensor = newTensorReader(model, bytes);
  const problems: string[] = [];
  const tensors = rows.map((row, id): Tensor => {
    const isInner = inner.has(id as TensorId) && !used.has(id as TensorId);
    const result = readTensor(isInner ? asIntermediate(row) : row);
    if (typeof result !== "string") return result;
    if (isInner || used.has(id as TensorId))
      problems.push(`tensor %${id} "${row.name ?? ""}" ${result}`);
    return { ...unusedTensor, name: row.name ?? "" };
  });
  throwAll("unsupported-tensors", fileName, problems);

  const ops = operators.flatMap((operator, index): readonly Op[] => {
    const code = codes[operator.opcode_index] as Row<"OperatorCode">;
    const kind = kindOf(builtinCode(code)) as OpKind;
    const read = readOperator(kind, operator, operands[index] as OperandIds, tensors);
    if (typeof read !== "string") return [read];
    problems.push(`operator ${index} (${kind}) ${read}`);
    return [];
  });
  throwAll("unsupported-options", fileName, problems);

  const graph: Graph = {
    name: subgraph.name ?? options.name ?? "model",
    tensors,
    ops,
    inputs,
    outputs,
  };
  throwAll(
    "invalid-graph",
    fileName,
    findGraphProblems(graph).map(({ place, text }) => `${place}: ${text}`),
  );
  return graph;

  function positions(ids: Int32Array | undefined, place: string): readonly TensorId[] {
    return [...(ids ?? [])].map((id) => position(id, place));
  }

  function position(id: number, place: string): TensorId {
    if (id < 0 || id >= rows.length) {
      throw invalid(`${place} names tensor ${id}; there are ${figure(rows.length)}`);
    }
    return id as TensorId;
  }
}

const unusedTensor: Omit<Tensor, "name"> = {
  type: "int8",
  shape: [],
  quantization: undefined,
  data: undefined,
  isVariable: false,
};

function refuseUnsupportedOperators(
  operators: readonly Row<"Operator">[],
  codes: readonly Row<"OperatorCode">[],
  fileName: string,
): void {
  const counts = new Map<string, number>();
  for (const [index, { opcode_index: codeIndex }] of operators.entries()) {
    const code = codes[codeIndex];
    if (code === undefined) {
      throw new UserError(
        "invalid-tflite",
        `${fileName} is damaged: operator ${index} has operator code ${codeIndex}; there are ${figure(codes.length)}`,
      );
    }
    if (kindOf(builtinCode(code)) !== undefined) continue;
    const name = operatorName(code);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  const list = [...counts].map(([name, count]) => `${name} (${figure(count)}×)`).join(", ");
  throw new UserError(
    "unsupported-operators",
    `${fileName} uses operators we do not have: ${list}`,
    {
      hint: "Replace the layers that become them.",
    },
  );
}

function throwAll(code: string, fileName: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const list = problems.slice(0, mostListed).map((problem) => `- ${problem}`);
  const more = problems.length - list.length;
  if (more > 0) list.push(`and ${figure(more)} more`);
  const count = problems.length === 1 ? "1 problem" : `${figure(problems.length)} problems`;
  throw new UserError(code, `${fileName} has ${count}:\n${list.join("\n")}`);
}

/** A damaged file can have a hundred thousand problems of a kind. */
const mostListed = 50;
