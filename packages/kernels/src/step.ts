import type { ElementArray, Graph, Op, TensorId } from "@smidgen/graph";

/** One operator made ready to run: everything that needs floats has been done, once. */
export interface Step {
  /** Names the loop, here and in C: `fully_connected_int8`. */
  readonly kernel: string;
  /** What the loop needs besides tensors, in the order of the fields of its C struct. Never written to. */
  readonly params: KernelParams;
  /** Tensors the loop reads, in the order of its arguments. Those whose values are in `params` are left out. */
  readonly reads: readonly TensorId[];
  /** Tensors the loop writes, in the order of its arguments, after `reads`. */
  readonly writes: readonly TensorId[];
  /** Memory the loop needs while it runs; passed as its last argument if not 0. */
  readonly scratchBytes: number;
  /** Which inputs an output may share memory with while the loop runs, and how; not at all if left out. */
  readonly overlaps?: readonly Overlap[];
  /** The loop over this memory. Calling it allocates nothing. */
  readonly bind: (memory: StepMemory) => () => void;
}

/**
 * How far an output may reach into an input, while the loop reads one and writes the other from begin to end.
 *
 * The loop is right if the output begins at least `distanceBytes` below the input: nothing is overwritten that is
 * still to be read. 0 lets both begin at the same place; less than 0, the output may begin behind the input by as much.
 * A loop in another order, as a faster C twin may have, has another distance.
 */
export interface Overlap {
  readonly input: TensorId;
  readonly output: TensorId;
  readonly distanceBytes: number;
}

/** Numbers, and arrays of numbers: codegen prints them as a C struct without knowing the operator. */
export type KernelParams = Readonly<Record<string, number | ElementArray>>;

/** What only the loop here is given besides: values of `params` as it takes them fastest. */
export type LoopExtras = Readonly<Record<string, Int32Array | Float64Array>>;

export interface StepMemory {
  /** Elements of a tensor, constants included. */
  readonly tensor: (id: TensorId) => ElementArray;
  /** At least `scratchBytes` long, aligned to 16 bytes. */
  readonly scratch: Uint8Array;
}

/** What the file does not say about how integers are computed. */
export interface Numerics {
  /**
   * `double`: a product is rounded, then its shift rounds again, as in TensorFlow Lite Micro and CMSIS-NN.
   * `single`: one rounding, as in LiteRT and TensorFlow Lite on phones and in browsers.
   */
  readonly rounding: Rounding;
}

export type Rounding = "double" | "single";

/** @throws UserError `unsupported-operator`, saying what about this operator is not supported. */
export type PrepareStep<O extends Op> = (op: O, graph: Graph, numerics: Numerics) => Step;

/** What a loop is given for `params`: the same, but int64 as doubles, which hold them exactly up to 2⁵³. */
export type LoopParams<P extends KernelParams> = {
  readonly [K in keyof P]: P[K] extends BigInt64Array ? Float64Array : P[K];
};

/** A step whose loop is `run({ ...params, ...extras }, …reads, …writes[, scratch])`. */
export function makeStep<P extends KernelParams, E extends LoopExtras = LoopExtras>(step: {
  readonly kernel: string;
  // Each loop names the arrays it takes; which ones it is given follows from the types that `prepare` accepted.
  readonly run: (params: LoopParams<P> & E, ...arrays: never[]) => void;
  readonly params: P;
  readonly extras?: E;
  readonly reads: readonly TensorId[];
  readonly writes: readonly TensorId[];
  readonly scratchBytes?: number;
}): Step {
  const { kernel, run, params, extras, reads, writes, scratchBytes = 0 } = step;
  return {
    kernel,
    params,
    reads,
    writes,
    scratchBytes,
    bind({ tensor, scratch }) {
      const arrays = [...reads, ...writes].map(tensor);
      const all = scratchBytes === 0 ? arrays : [...arrays, scratch];
      return run.bind(undefined, loopParams(params, extras), ...(all as never[]));
    },
  };
}

/**
 * Every element of a `BigInt64Array` that is read is a new object; a loop that allocates nothing reads doubles.
 *
 * All objects with these fields are made in the same way here, so that the engine sees one shape. Those of the caller differ:
 * each `...` of another shape makes one of its own, and a loop that has met more than four is compiled for none.
 */
function loopParams<P extends KernelParams, E>(params: P, extras: E): LoopParams<P> & E {
  const entries = Object.entries({ ...params, ...extras }).map(([name, value]) => [
    name,
    value instanceof BigInt64Array ? Float64Array.from(value, Number) : value,
  ]);
  return Object.fromEntries(entries) as LoopParams<P> & E;
}
