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
import { prepareSteps, type Rounding, type Step } from "@smidgen/kernels";
import { type MemoryPlan, planMemory } from "./plan-memory.ts";
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
  readonly plan: MemoryPlan;
}

export interface InterpreterOptions {
  /** How integers are rounded. Default: `double`, as TensorFlow Lite Micro does. */
  readonly rounding?: Rounding;
  /** A plan made by `planMemory` for this graph. */
  readonly plan?: MemoryPlan;
  /** Gives every tensor memory of its own, so that `tensor` can read all of them. Default: false. */
  readonly keepIntermediates?: boolean;
  /** Called after each operator with how long it took. Without it no time is measured. */
  readonly onStep?: (step: StepTiming) => void;
}

export interface StepTiming {
  /** Position of the operator in the graph. */
  readonly op: number;
  readonly kernel: string;
  readonly milliseconds: number;
}

/**
 * Prepares every operator and lays out the arena.
 *
 * @throws UserError `invalid-graph`; `unsupported-operator`, listing all of them.
 */
export function createInterpreter(graph: Graph, options: InterpreterOptions = {}): Interpreter {
  const { rounding = "double", keepIntermediates = false, onStep } = options;
  verifyGraph(graph);
  const steps = prepareSteps(graph, { rounding });
  const plan = options.plan ?? planMemory(graph, { keepIntermediates, steps });
  const memory = allocate(graph, plan);
  const loops = steps.map((step, op) =>
    step.bind({ tensor: memory.elements, scratch: memory.scratch(op) }),
  );

  const tensor = (id: TensorId): TensorView => {
    const { name, type, shape, quantization } = tensorOf(graph, id);
    return { id, name, type, shape, quantization, data: memory.elements(id) };
  };
  const reset = () => resetVariables(graph, plan, tensor);
  reset();
  return {
    inputs: graph.inputs.map(tensor),
    outputs: graph.outputs.map(tensor),
    run: onStep === undefined ? () => runAll(loops) : () => runAndMeasure(loops, steps, onStep),
    tensor,
    reset,
    arenaBytes: plan.arenaBytes,
    plan,
  };
}

function runAll(loops: readonly (() => void)[]): void {
  for (let op = 0; op < loops.length; op++) (loops[op] as () => void)();
}

function runAndMeasure(
  loops: readonly (() => void)[],
  steps: readonly Step[],
  onStep: (step: StepTiming) => void,
): void {
  for (const [op, loop] of loops.entries()) {
    const start = performance.now();
    loop();
    const milliseconds = performance.now() - start;
    onStep({ op, kernel: (steps[op] as Step).kernel, milliseconds });
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
