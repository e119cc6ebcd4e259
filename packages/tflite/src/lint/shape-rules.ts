import { UserError } from "@smidgen/errors";
import { type Op, rulesOf, type Shape, type Tensor, type TensorId } from "@smidgen/graph";
import { type OperandIds, readOperator } from "../read-operator.ts";
import { asIntermediate, newTensorReader } from "../read-tensor.ts";
import { kindOf, storedAs } from "../stored-ops.ts";
import {
  type LintOperator,
  type LintSubgraph,
  operatorsOf,
  type Problem,
  type Rule,
  tensorsOf,
} from "./lint-model.ts";

/** Shapes, and for the operators that graphs have, whether operands fit and what they make. */
export const shapeRules: readonly Rule[] = [
  function* dynamic(model) {
    for (const { shape, row, place } of tensorsOf(model)) {
      const text = `[${shape.join(", ")}]`;
      if (shape.some((size) => size < 0)) {
        yield { code: "dynamic-shape", place, message: `has shape ${text}` };
      }
      const signature = [...(row.shape_signature ?? [])];
      if (signature.some((size) => size < 0)) {
        const message = `has shape ${text} and signature [${signature.join(", ")}]`;
        yield { code: "shape-signature", place, message };
      }
    }
  },

  function* operators(model) {
    const readTensor = newTensorReader(model.model, model.file);
    const tensors = model.subgraphs.map(({ row }) => {
      const intermediates = new Set(
        (row.operators ?? []).flatMap((operator) => [...(operator.intermediates ?? [])]),
      );
      return (row.tensors ?? []).map((tensor, id) => {
        const read = readTensor(intermediates.has(id) ? asIntermediate(tensor) : tensor);
        return typeof read === "string" ? undefined : read;
      });
    });
    for (const { operator, subgraph } of operatorsOf(model)) {
      yield* operatorProblems(operator, subgraph, tensors[subgraph.index] ?? []);
    }
  },

  function* softmaxBeta(model) {
    for (const { operator } of operatorsOf(model)) {
      const { builtin_options: options } = operator.row;
      if (operator.name !== "SOFTMAX") continue;
      const beta = options?.table === "SoftmaxOptions" ? options.row.beta : 0;
      if (beta === 0) yield { code: "softmax-beta", place: operator.place, message: "has beta 0" };
    }
  },

  /** Other layers may do without. Source: `Prepare`, tflite/kernels/conv.cc of LiteRT. */
  function* convolutionBias(model) {
    for (const { operator } of operatorsOf(model)) {
      const { name, inputs, place } = operator;
      if (name !== "CONV_2D" || (inputs[2] ?? -1) !== -1) continue;
      yield { code: "missing-bias", place, message: "has no bias" };
    }
  },
];

function* operatorProblems(
  operator: LintOperator,
  subgraph: LintSubgraph,
  tensors: readonly (Tensor | undefined)[],
): Iterable<Problem> {
  const { place, builtin } = operator;
  const kind = builtin === undefined ? undefined : kindOf(builtin);
  if (kind === undefined) return;
  const used = [...operator.inputs, ...operator.outputs].filter((id) => id !== -1);
  // Dynamic shapes and tensors that a graph cannot hold have findings of their own, or none.
  if (used.some((id) => tensors[id] === undefined)) return;
  const known = tensors as readonly Tensor[];
  const op = readOperator(kind, operator.row, operandIds(operator), known);
  if (typeof op === "string") {
    yield { code: "operands-mismatch", place, message: op };
    return;
  }
  const [outputId] = op.outputs;
  const declared = known[outputId]?.shape ?? [];
  const inferred = inferShape(op, known);
  if (typeof inferred === "string") {
    yield { code: "operands-mismatch", place, message: inferred };
    return;
  }
  if (inferred.join() !== declared.join()) {
    const output = subgraph.tensors[outputId]?.place ?? "";
    const message = `writes ${output} of shape [${declared.join(", ")}]; the operands make it [${inferred.join(", ")}]`;
    yield { code: "shape-mismatch", place, message };
  }
  const version = storedAs(kind).version(op, known);
  if ((operator.code?.version ?? 0) < version) {
    const message = `has version ${operator.code?.version}; its operands call for ${version}`;
    yield { code: "operator-version-low", place, message };
  }
}

function operandIds({ inputs, outputs, row }: LintOperator): OperandIds {
  return {
    inputs: inputs.map((id) => (id === -1 ? undefined : (id as TensorId))),
    outputs: outputs as readonly TensorId[],
    intermediates: [...(row.intermediates ?? [])] as readonly number[] as readonly TensorId[],
  };
}

/** The shape, or why there is none. */
function inferShape(op: Op, tensors: readonly Tensor[]): Shape | string {
  try {
    return rulesOf(op).outputShapes(op, tensors)[0] ?? [];
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
