import { UserError } from "@smidgen/errors";
import {
  type ElementArray,
  elementTypes,
  type Graph,
  isConstant,
  type Op,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import {
  chooseCTwin,
  type CRecord,
  type CTwin,
  type InstructionSet,
  prepareSteps,
  type Step,
} from "@smidgen/kernels";
import { planMemory } from "@smidgen/runtime";
import { shareMemory } from "./share-memory.ts";

/** What a graph does in C: calls in order, and where each of their arguments is. */
export interface CProgram {
  readonly graph: Graph;
  readonly calls: readonly CCall[];
  readonly arenaBytes: number;
  /** Where each tensor is that a call reads or writes. */
  readonly places: ReadonlyMap<TensorId, CPlace>;
}

export interface CCall {
  readonly op: Op;
  readonly twin: CTwin;
  readonly reads: readonly TensorId[];
  readonly writes: readonly TensorId[];
  readonly scratchOffsetBytes: number | undefined;
}

export type CPlace =
  /** An array that the caller gives: the input or output of this position. */
  | { readonly kind: "input" | "output"; readonly position: number }
  | { readonly kind: "arena"; readonly offsetBytes: number }
  | { readonly kind: "constant" };

/**
 * Chooses a twin for each step, removes copies by letting tensors share their memory, and lays out the arena. Outputs are
 * arrays of the caller and take none of it; inputs too, unless they are to be in the arena, where they may be overwritten.
 *
 * @throws UserError `unsupported-operator` (no kernel), `no-c-code` (no C twin), listing all of them
 */
export function cProgram(
  graph: Graph,
  instructions: readonly InstructionSet[],
  { inputs = "caller" }: { readonly inputs?: "caller" | "arena" } = {},
): CProgram {
  const steps = prepareSteps(graph, { rounding: "double" });
  const twins = chooseTwins(graph, steps, instructions);
  const { root, removed } = shareMemory(graph, steps, twins);
  const kept = [...steps.keys()].filter((i) => !removed.has(i));

  const callers = callersArrays(graph, root, inputs === "caller");
  const ops = kept.map((i) => withTensors(graph.ops[i] as Op, root));
  const plan = planMemory(
    {
      ...graph,
      tensors: asConstants(graph.tensors, callers),
      ops,
      inputs: inputs === "arena" ? graph.inputs : [],
      outputs: [],
    },
    {
      overwriteInputs: true,
      planner: "exact",
      inPlace: true,
      overlap: true,
      steps: kept.map((i) => stepOfTwin(graph, steps[i] as Step, twins[i] as CTwin, root)),
    },
  );
  const places = new Map<TensorId, CPlace>(callers);
  for (const { id, offsetBytes } of plan.tensors) places.set(id, { kind: "arena", offsetBytes });
  for (const id of graph.tensors.keys() as Iterable<TensorId>) {
    if (isConstant(tensorOf(graph, id))) places.set(id, { kind: "constant" });
    const place = places.get(root(id));
    if (place !== undefined) places.set(id, place);
  }
  const scratch = new Map(plan.scratch.map(({ op, offsetBytes }) => [op, offsetBytes]));
  const calls = kept.map((i, position) => {
    const { reads, writes } = steps[i] as Step;
    const [op, twin] = [graph.ops[i] as Op, twins[i] as CTwin];
    return { op, twin, reads, writes, scratchOffsetBytes: scratch.get(position) };
  });
  return { graph, calls, arenaBytes: plan.arenaBytes, places };
}

function chooseTwins(
  graph: Graph,
  steps: readonly Step[],
  instructions: readonly InstructionSet[],
): readonly CTwin[] {
  const twins = steps.map((step) => chooseCTwin(step, instructions));
  const missing = steps.flatMap(({ kernel }, i) =>
    twins[i] === undefined ? [`operator ${i} (${graph.ops[i]?.kind}): ${kernel}`] : [],
  );
  if (missing.length > 0) {
    throw new UserError(
      "no-c-code",
      missing.length === 1
        ? `there is no C for ${missing[0]}`
        : `there is no C for ${missing.length} operators:\n${missing.map((line) => `- ${line}`).join("\n")}`,
      { hint: "Quantize the model to int8, or run it with the interpreter." },
    );
  }
  return twins as readonly CTwin[];
}

/** What the planner is to know of a twin. */
function stepOfTwin(graph: Graph, step: Step, twin: CTwin, root: (id: TensorId) => TensorId): Step {
  return {
    ...step,
    reads: step.reads.map(root),
    writes: step.writes.map(root),
    scratchBytes: twin.scratchBytes ?? 0,
    overlaps: twin.overlaps
      .filter(({ input, output }) => mayOverlap(tensorOf(graph, input), tensorOf(graph, output)))
      .map(({ input, output, distanceBytes }) => ({
        input: root(input),
        output: root(output),
        distanceBytes,
      })),
  };
}

/** Tensors in arrays of the caller. An output that has its memory elsewhere is copied in the end. */
function callersArrays(
  graph: Graph,
  root: (id: TensorId) => TensorId,
  withInputs: boolean,
): ReadonlyMap<TensorId, CPlace> {
  const places = new Map<TensorId, CPlace>();
  const put = (kind: "input" | "output", ids: readonly TensorId[]) => {
    for (const [position, id] of ids.entries()) {
      const tensor = tensorOf(graph, root(id));
      if (!tensor.isVariable && !isConstant(tensor)) places.set(root(id), { kind, position });
    }
  };
  put("output", graph.outputs);
  if (withInputs) put("input", graph.inputs);
  return places;
}

/** The planner gives no memory to constants, and neither to what the caller holds. */
function asConstants(
  tensors: readonly Tensor[],
  callers: ReadonlyMap<TensorId, unknown>,
): readonly Tensor[] {
  return tensors.map((tensor, id) =>
    callers.has(id as TensorId) ? { ...tensor, data: new Int8Array() } : tensor,
  );
}

function withTensors(op: Op, root: (id: TensorId) => TensorId): Op {
  const present = (id: TensorId | undefined) => (id === undefined ? undefined : root(id));
  return {
    ...op,
    inputs: (op.inputs as readonly (TensorId | undefined)[]).map(present),
    outputs: (op.outputs as readonly TensorId[]).map(present),
  } as unknown as Op;
}

/** A C compiler may take for granted that elements of different types are not the same memory, but for those of a byte. */
function mayOverlap(input: Tensor, output: Tensor): boolean {
  const isByte = ({ type }: Tensor) => elementTypes[type].bits <= 8;
  return input.type === output.type || isByte(input) || isByte(output);
}

/** Bytes of all arrays that records point to, each content once, and of constants that kernels read. */
export function constantBytesOf({ graph, calls }: CProgram): number {
  const arrays = new Map<string, number>();
  const add = (values: ElementArray) =>
    arrays.set(`${values.constructor.name} ${values.join()}`, values.byteLength);
  const addAll = (record: CRecord) => {
    for (const value of Object.values(record)) {
      if (ArrayBuffer.isView(value)) add(value);
      else if (typeof value !== "number") addAll(value);
    }
  };
  for (const { twin, reads } of calls) {
    addAll(twin.params);
    for (const id of reads) {
      const { data } = tensorOf(graph, id);
      if (data !== undefined) add(data);
    }
  }
  return [...arrays.values()].reduce((a, b) => a + b, 0);
}
