import type { Row } from "../schema/schema-types.ts";
import { nodesOnCycles } from "./cycles.ts";
import {
  type LintOperator,
  type LintSubgraph,
  operatorsOf,
  type Problem,
  type Rule,
} from "./lint-model.ts";

/**
 * Who reads and writes which tensor, and when.
 *
 * Source: `VerifySubGraphConsistency`, tflite/core/tools/verifier.cc of LiteRT.
 */
export const orderRules: readonly Rule[] = [
  function* positions({ subgraphs }) {
    for (const { place, tensors, inputs, outputs, operators } of subgraphs) {
      const check = function* (ids: Iterable<number>, where: string, what: string, lowest: number) {
        for (const id of ids) {
          if (id >= lowest && id < tensors.length) continue;
          const message = `names tensor ${id} as ${what}; there are ${tensors.length}`;
          yield { code: "tensor-position", place: where, message } satisfies Problem;
        }
      };
      yield* check(inputs, place, "input", 0);
      yield* check(outputs, place, "output", 0);
      for (const operator of operators) {
        yield* check(operator.inputs, operator.place, "operand", -1);
        yield* check(operator.outputs, operator.place, "output", 0);
        yield* check(operator.row.intermediates ?? [], operator.place, "intermediate", 0);
      }
    }
  },

  function* order({ subgraphs }) {
    for (const subgraph of subgraphs) yield* orderProblems(subgraph);
  },

  function* outputs({ subgraphs }) {
    for (const subgraph of subgraphs) {
      const written = writtenTensors(subgraph);
      for (const id of subgraph.outputs) {
        const tensor = subgraph.tensors[id];
        if (tensor === undefined || written.has(id)) continue;
        if (tensor.data !== undefined || tensor.row.is_variable) continue;
        const message = "is an output of the subgraph, and nothing writes it";
        yield { code: "never-written", place: tensor.place, message };
      }
    }
  },

  /** LiteRT gives each output a buffer of its own, and each tensor one buffer: the last. */
  function* sharedOutputs({ subgraphs }) {
    for (const { inputs, outputs, tensors } of subgraphs) {
      for (const [i, id] of outputs.entries()) {
        const place = tensors[id]?.place;
        if (place === undefined) continue;
        const message = inputs.includes(id)
          ? `is output ${i} and an input`
          : `is output ${i} and output ${outputs.indexOf(id)}`;
        if (inputs.includes(id) || outputs.indexOf(id) !== i) {
          yield { code: "shared-output", place, message };
        }
      }
    }
  },

  function* controlFlow(model) {
    const calls: (readonly [caller: number, callee: number])[] = [];
    for (const { operator, subgraph } of operatorsOf(model)) {
      const called = calledSubgraphs(operator.row);
      if (called.length > 0) {
        const message = `runs subgraph ${called.join(" and ")}`;
        yield { code: "control-flow", place: operator.place, message };
      }
      for (const id of called) {
        calls.push([subgraph.index, id]);
        if (model.subgraphs[id] !== undefined) continue;
        const message = `names subgraph ${id}; there are ${model.subgraphs.length}`;
        yield { code: "subgraph-position", place: operator.place, message };
      }
    }
    for (const index of nodesOnCycles(calls)) {
      const message = "calls itself, directly or through others";
      yield { code: "subgraph-cycle", place: `subgraph ${index}`, message };
    }
  },

  function* unused({ model, subgraphs }) {
    const named = new Map<number, number[]>();
    for (const { subgraph_index: index, inputs = [], outputs = [] } of model.signature_defs ?? []) {
      const known = named.get(index) ?? [];
      for (const entry of [...inputs, ...outputs]) known.push(entry.tensor_index);
      named.set(index, known);
    }
    for (const { tensors, inputs, outputs, operators, index } of subgraphs) {
      const used = new Set([...inputs, ...outputs, ...(named.get(index) ?? [])]);
      for (const { row } of operators) {
        for (const list of [row.inputs, row.outputs, row.intermediates]) {
          for (const id of list ?? []) used.add(id);
        }
      }
      for (const { id, place } of tensors) {
        if (!used.has(id)) yield { code: "unused-tensor", place, message: "is used by nothing" };
      }
    }
  },
];

/** What writes each tensor from outside or inside the subgraph: `an input`, `an output of operator 3`. */
export function writtenTensors({ inputs, operators }: LintSubgraph): ReadonlyMap<number, string> {
  const written = new Map<number, string>(inputs.map((id) => [id, "an input of the subgraph"]));
  for (const { outputs, index, name } of operators) {
    for (const id of outputs) written.set(id, `an output of operator ${index} (${name})`);
  }
  return written;
}

function* orderProblems({ tensors, inputs, operators }: LintSubgraph): Iterable<Problem> {
  const writers = new Map<number, LintOperator>();
  for (const operator of operators) {
    for (const id of operator.outputs) if (!writers.has(id)) writers.set(id, operator);
  }
  const onCycle = nodesOnCycles(
    operators.flatMap((reader) =>
      reader.inputs.flatMap((id): readonly (readonly [number, number])[] => {
        const writer = writers.get(id);
        return writer === undefined ? [] : [[writer.index, reader.index]];
      }),
    ),
  );
  const ready = new Set(inputs);
  const isInput = new Set(inputs);
  for (const operator of operators) {
    const { place } = operator;
    for (const id of new Set(operator.inputs)) {
      const tensor = tensors[id];
      if (tensor === undefined || ready.has(id)) continue;
      if (tensor.data !== undefined || tensor.row.is_variable) continue;
      const writer = writers.get(id);
      if (writer === undefined) {
        yield {
          code: "never-written",
          place,
          message: `reads ${tensor.place}, which nothing writes`,
        };
      } else if (onCycle.has(operator.index) && onCycle.has(writer.index)) {
        const message = `reads ${tensor.place}, which operator ${writer.index} (${writer.name}) can only write afterwards`;
        yield { code: "cycle", place, message };
      } else {
        const message = `reads ${tensor.place} before operator ${writer.index} (${writer.name}) writes it`;
        yield { code: "read-before-written", place, message };
      }
    }
    for (const id of operator.outputs) {
      const tensor = tensors[id];
      if (tensor === undefined) continue;
      const first = writers.get(id);
      if (tensor.data !== undefined && !tensor.row.is_variable) {
        yield {
          code: "written-constant",
          place,
          message: `writes ${tensor.place}, which has data`,
        };
      }
      if (tensor.row.is_variable) {
        yield { code: "written-variable", place, message: `writes ${tensor.place}, a variable` };
      }
      if (isInput.has(id)) {
        yield {
          code: "written-input",
          place,
          message: `writes ${tensor.place}, an input of the subgraph`,
        };
      }
      if (first !== operator) {
        const message = `writes ${tensor.place} after operator ${first?.index} (${first?.name}) did`;
        yield { code: "written-twice", place, message };
      }
      ready.add(id);
    }
  }
}

/** Subgraphs that an operator runs. */
function calledSubgraphs({
  builtin_options: first,
  builtin_options_2: second,
}: Row<"Operator">): readonly number[] {
  switch (first?.table) {
    case "IfOptions":
      return [first.row.then_subgraph_index, first.row.else_subgraph_index];
    case "WhileOptions":
      return [first.row.cond_subgraph_index, first.row.body_subgraph_index];
    case "CallOnceOptions":
      return [first.row.init_subgraph_index];
    case "CallOptions":
      return [first.row.subgraph];
    default:
      break;
  }
  switch (second?.table) {
    case "StablehloWhileOptions":
      return [second.row.cond_subgraph_index, second.row.body_subgraph_index];
    case "StablehloCaseOptions":
      return [...(second.row.branch_subgraph_indices ?? [])];
    case "StableHLOCompositeOptions":
      return [second.row.decomposition_subgraph_index];
    case "StablehloReduceOptions":
    case "StablehloReduceWindowOptions":
      return [second.row.body_subgraph_index];
    case "StablehloSortOptions":
      return [second.row.comparator_subgraph_index];
    case "StablehloScatterOptions":
      return [second.row.update_computation_subgraph_index];
    default:
      return [];
  }
}
