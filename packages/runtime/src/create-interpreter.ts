import { UserError } from "@smidgen/errors";
import {
  type ElementArray,
  elementCount,
  elementTypes,
  type Graph,
  isConstant,
  type TensorId,
  tensorOf,
  verifyGraph,
} from "@smidgen/graph";
import { prepareSteps, type Rounding } from "@smidgen/kernels";
import { type MemoryPlan, planMemory } from "./plan-memory.ts";
import { requirePlanFits } from "./require-plan-fits.ts";
import { type StepProfile, stepProfiles } from "./step-profile.ts";
import type { TensorView } from "./tensor-view.ts";

/** A graph ready to run, as often as wanted. */
export interface Interpreter {
  /** Write an example into their `data`, or use `quantizeInto`. */
  readonly inputs: readonly TensorView[];
  /** Results, valid until the next run. */
  readonly outputs: readonly TensorView[];
  /** One inference. It allocates nothing. */
  readonly run: () => void;
  /**
   * Any tensor, after a run. Unless intermediates are kept, only inputs, constants, variables and outputs
   * are sure not to have been overwritten; inputs only until the run.
   */
  readonly tensor: (id: TensorId) => TensorView;
  /** Sets variables, and with them the state, back to zero. */
  readonly reset: () => void;
  /** Memory for all that is computed. */
  readonly arenaBytes: number;
  /** What each operator does per run, and how long it took in all runs so far: 0 unless that is measured. */
  readonly profile: () => readonly StepProfile[];
  readonly plan: MemoryPlan;
}

export interface InterpreterOptions {
  /** How integers are rounded. Default: `double`, as TensorFlow Lite Micro does. */
  readonly rounding?: Rounding;
  /** A plan made by `planMemory` for this graph and profile. */
  readonly plan?: MemoryPlan;
  /** Gives every tensor memory of its own, so that `tensor` can read all of them. Default: false. */
  readonly keepIntermediates?: boolean;
  /** Measures how long each operator takes, for `profile`. Default: false. */
  readonly profile?: boolean;
}

/**
 * Prepares every operator and lays out the arena.
 *
 * @throws UserError `invalid-graph`; `unsupported-operator`, listing all of them; `wrong-plan`, if the plan is for another
 * graph or other loops.
 */
export function createInterpreter(graph: Graph, options: InterpreterOptions = {}): Interpreter {
  const { rounding = "double", keepIntermediates = false, profile = false } = options;
  verifyGraph(graph);
  const steps = prepareSteps(graph, { rounding });
  const plan = options.plan ?? planMemory(graph, { keepIntermediates, steps });
  requirePlanFits(graph, steps, plan);
  const memory = allocate(graph, plan);
  const loops = steps.map((step, op) =>
    step.bind({ tensor: memory.elements, scratch: memory.scratch(op) }),
  );

  const tensor = (id: TensorId): TensorView => {
    const { name, type, shape, quantization } = tensorOf(graph, id);
    return { id, name, type, shape, quantization, data: memory.elements(id) };
  };
  const milliseconds = new Float64Array(steps.length);
  const reset = () => resetVariables(graph, plan, tensor);
  reset();
  return {
    inputs: graph.inputs.map(tensor),
    outputs: graph.outputs.map(tensor),
    run: profile ? () => runAndMeasure(loops, milliseconds) : () => runAll(loops),
    tensor,
    reset,
    arenaBytes: plan.arenaBytes,
    profile: () => stepProfiles(graph, steps, milliseconds),
    plan,
  };
}

function runAll(loops: readonly (() => void)[]): void {
  for (let op = 0; op < loops.length; op++) (loops[op] as () => void)();
}

function runAndMeasure(loops: readonly (() => void)[], milliseconds: Float64Array): void {
  for (let op = 0; op < loops.length; op++) {
    const start = performance.now();
    (loops[op] as () => void)();
    milliseconds[op]! += performance.now() - start;
  }
}

function allocate(
  graph: Graph,
  plan: MemoryPlan,
): {
  readonly elements: (id: TensorId) => ElementArray;
  readonly scratch: (op: number) => Uint8Array;
} {
  const arena = new ArrayBuffer(plan.arenaBytes);
  const views = new Map<TensorId, ElementArray>();
  for (const [id, tensor] of graph.tensors.entries()) {
    if (isConstant(tensor)) views.set(id as TensorId, tensor.data);
  }
  for (const { id, offsetBytes } of plan.tensors) {
    const { type, shape } = tensorOf(graph, id);
    views.set(id, new elementTypes[type].array(arena, offsetBytes, elementCount(shape)));
  }
  const scratch = new Map(
    plan.scratch.map(({ op, offsetBytes, sizeBytes }) => [
      op,
      new Uint8Array(arena, offsetBytes, sizeBytes),
    ]),
  );
  const none = new Uint8Array(0);
  return {
    elements(id) {
      const view = views.get(id);
      if (view !== undefined) return view;
      throw new UserError(
        "wrong-plan",
        `the memory plan has no place for tensor %${id} "${tensorOf(graph, id).name}"`,
        { hint: "Make the plan from this graph." },
      );
    },
    scratch: (op) => scratch.get(op) ?? none,
  };
}

function resetVariables(
  graph: Graph,
  plan: MemoryPlan,
  tensor: (id: TensorId) => TensorView,
): void {
  for (const { id } of plan.tensors) {
    const { isVariable, quantization } = tensorOf(graph, id);
    if (!isVariable) continue;
    const zero = quantization?.kind === "per-tensor" ? quantization.zeroPoint : 0;
    const { data } = tensor(id);
    if (data instanceof BigInt64Array) data.fill(BigInt(zero));
    else data.fill(zero);
  }
}
