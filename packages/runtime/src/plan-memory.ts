import { UserError } from "@smidgen/errors";
import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { prepareSteps, type Step } from "@smidgen/kernels";
import { exactPlacement, type PlacementOverlap } from "./exact-placement.ts";
import { groupInPlace, type Handover, handovers, type TensorGroup } from "./handovers.ts";
import { largestFirstPlacement } from "./largest-first-placement.ts";
import { lifetimes } from "./lifetimes.ts";

/** Where everything that is computed lives while a graph runs. Plain data. */
export interface MemoryPlan {
  /** Size of the arena that all offsets point into; a multiple of 16. */
  readonly arenaBytes: number;
  /** No plan of the same kind, in place or with overlaps or without, takes less. */
  readonly lowerBoundBytes: number;
  /** Whether no smaller arena is possible: `arenaBytes` equals `lowerBoundBytes`. */
  readonly isProvenOptimal: boolean;
  readonly planner: Planner;
  /** Inputs, and whatever operators write; not constants. In the order of their ids. */
  readonly tensors: readonly TensorPlace[];
  /** One per operator that needs memory while it runs, in their order. */
  readonly scratch: readonly ScratchPlace[];
  /** Operators that write over what they read, in their order. Nothing else that is needed at once shares memory. */
  readonly overwrites: readonly Overwrite[];
}

/** `greedy`: as TensorFlow Lite Micro lays out its arena. `exact`: the smallest arena, as far as it is found. */
export type Planner = "greedy" | "exact";

export interface TensorPlace extends Place {
  readonly id: TensorId;
  /** Position of the operator that writes it; −1 if it is there before the first one runs. */
  readonly firstOp: number;
  /** Position of the last operator that needs it; outputs stay until the last one. */
  readonly lastOp: number;
}

export interface ScratchPlace extends Place {
  readonly op: number;
}

export interface Place {
  /** A multiple of 16. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** An output that shares bytes with an input of the same operator. */
export interface Overwrite {
  readonly op: number;
  readonly input: TensorId;
  readonly output: TensorId;
}

export interface PlanOptions {
  /** Default: `greedy`. */
  readonly planner?: Planner;
  /**
   * Lets an operator write over an input that nobody needs afterwards, if both have the same size and begin at the same
   * place: where values are only looked at another way (reshape), or each is computed from the one it replaces. Default:
   * false, as in TensorFlow Lite Micro.
   */
  readonly inPlace?: boolean;
  /**
   * Lets the output of an operator reach into what it has read of such an input, as far as its step says. The exact
   * planner does. Default: false.
   */
  readonly overlap?: boolean;
  /** Whether both of these may do so with the graph's inputs. Default: false. */
  readonly overwriteInputs?: boolean;
  /**
   * Leaves variables out, as TensorFlow Lite Micro keeps them elsewhere: for plans that a file brings along. The interpreter
   * wants them inside. Default: false.
   */
  readonly variablesOutside?: boolean;
  /** Gives every tensor a place of its own, so that all can be read after a run. Default: false. */
  readonly keepIntermediates?: boolean;
  /**
   * The steps that will run: they say how much scratch memory they need, and how far outputs may reach into inputs.
   * Default: those of profile `double`.
   */
  readonly steps?: readonly Step[];
  /** How many decisions the exact planner tries before it is content with the best plan so far. Default: 20,000. */
  readonly maxNodes?: number;
}

/** What offsets are multiples of, as in TensorFlow Lite Micro. */
export const arenaAlignment = 16;

/**
 * Lays out the arena: two values share memory if no operator needs both. Variables live in it from beginning to end.
 *
 * The greedy planner places the largest first, each at the lowest offset that is free for its whole life: the same
 * offsets for the same sizes as TensorFlow Lite Micro. The exact planner never takes more memory than it, and mostly
 * proves that none can take less; it is limited by a number of decisions, not by time, so it is deterministic.
 * The graph is one that `verifyGraph` accepts.
 *
 * Source: `GreedyMemoryPlanner`, tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc, and lifetimes as
 * in `AllocationInfoBuilder`, tensorflow/lite/micro/micro_allocation_info.cc. For the exact one see `exactPlacement`.
 *
 * @throws UserError `unsupported-operator`; `invalid-options`, if the greedy planner is asked for overlaps
 */
export function planMemory(graph: Graph, options: PlanOptions = {}): MemoryPlan {
  const {
    planner = "greedy",
    inPlace = false,
    overlap = false,
    overwriteInputs = false,
    variablesOutside = false,
    keepIntermediates = false,
    steps = prepareSteps(graph, { rounding: "double" }),
    maxNodes,
  } = options;
  if (overlap && planner === "greedy") {
    throw new UserError("invalid-options", "the greedy planner makes no use of overlaps", {
      hint: 'Plan with planner: "exact".',
    });
  }
  const tensors = lifetimes(graph, keepIntermediates).filter(
    ({ id }) => !variablesOutside || !tensorOf(graph, id).isVariable,
  );
  const allowed = keepIntermediates ? [] : handovers(graph, tensors, steps, { overwriteInputs });
  const groups = groupInPlace(tensors, inPlace ? allowed : []);
  const scratch = steps.flatMap(({ scratchBytes: sizeBytes }, op) =>
    sizeBytes === 0 ? [] : [{ op, sizeBytes, firstOp: op, lastOp: op }],
  );
  const buffers = [...groups, ...scratch];
  const { arenaBytes, lowerBoundBytes, offsets } =
    planner === "greedy"
      ? largestFirstPlacement(buffers, arenaAlignment)
      : exactPlacement(buffers, {
          alignment: arenaAlignment,
          overlaps: overlap ? overlapsBetween(groups, allowed) : [],
          ...(maxNodes === undefined ? {} : { maxNodes }),
        });
  const offsetOf = new Map(
    groups.flatMap(({ members }, i) => members.map((id) => [id, offsets[i] as number])),
  );
  const places = tensors.map((tensor) => ({
    ...tensor,
    offsetBytes: offsetOf.get(tensor.id) as number,
  }));
  return {
    arenaBytes,
    lowerBoundBytes,
    isProvenOptimal: arenaBytes === lowerBoundBytes,
    planner,
    tensors: places,
    scratch: scratch.map(({ op, sizeBytes }, i) => ({
      op,
      sizeBytes,
      offsetBytes: offsets[groups.length + i] as number,
    })),
    overwrites: overwritesAmong(places, allowed),
  };
}

/** Handovers from the last of a group to the first of another. */
function overlapsBetween(
  groups: readonly TensorGroup[],
  allowed: readonly Handover[],
): readonly PlacementOverlap[] {
  const endingWith = new Map(groups.map(({ members }, i) => [members.at(-1), i]));
  const beginningWith = new Map(groups.map(({ members }, i) => [members[0], i]));
  return allowed.flatMap(({ input, output, distanceBytes }) => {
    const above = endingWith.get(input);
    const below = beginningWith.get(output);
    return above === undefined || below === undefined ? [] : [{ below, above, distanceBytes }];
  });
}

function overwritesAmong(
  tensors: readonly TensorPlace[],
  allowed: readonly Handover[],
): readonly Overwrite[] {
  const places = new Map(tensors.map((place) => [place.id, place]));
  const shareBytes = (one: TensorId, other: TensorId) => {
    const [a, b] = [places.get(one), places.get(other)] as [TensorPlace, TensorPlace];
    return (
      a.offsetBytes < b.offsetBytes + b.sizeBytes && b.offsetBytes < a.offsetBytes + a.sizeBytes
    );
  };
  const pairs = allowed
    .filter(({ input, output }) => shareBytes(input, output))
    .map(({ op, input, output }) => ({ op, input, output }));
  // An operator may read the same input twice.
  return [...new Map(pairs.map((pair) => [`${pair.input} ${pair.output}`, pair])).values()];
}
