import { UserError } from "@smidgen/errors";
import {
  type ElementArray,
  elementTypes,
  type OpKind,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { prepareSteps } from "@smidgen/kernels";
import { createInterpreter } from "@smidgen/runtime";
import { type KnownDifference, knownDifference, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import type { ChainType } from "./chain.ts";
import { type RandomGraph, randomGraph } from "./random-graph.ts";

/** One operator of a graph, over all samples, beside what TensorFlow Lite computes from the same operands. */
export interface Verdict {
  readonly kind: OpKind;
  /** Position in the graph. */
  readonly op: number;
  readonly elements: number;
  /** Integers that differ, or floats that differ by more than `floatTolerance`. */
  readonly differing: number;
  /**
   * In steps of the integer, or relative to the largest float of the tensor; to 1 in an LSTM, whose gates are exact to
   * some 10⁻⁸ in TensorFlow Lite, however small they are.
   */
  readonly largest: number;
  /** Why the other runtime is known to compute something else here; `undefined` where it should not. */
  readonly known: KnownDifference | undefined;
}

export const floatTolerance = 1e-5;

/** A chain that one of the two does not take. */
export interface Refusal {
  readonly seed: number;
  readonly reason: string;
}

/** Verdicts on a chain from each seed, all in one model; each in its own if that is refused. */
export async function judgeSeeds(
  seeds: readonly number[],
  type: ChainType,
  kinds: readonly OpKind[],
): Promise<{ readonly judged: readonly Verdict[]; readonly refused: readonly Refusal[] }> {
  try {
    return { judged: await judgeGraph(randomGraph(seeds, type, kinds)), refused: [] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [seed, ...others] = seeds as [number, ...number[]];
    if (others.length === 0) return { judged: [], refused: [{ seed, reason: error.message }] };
  }
  const middle = Math.ceil(seeds.length / 2);
  const halves = [
    await judgeSeeds(seeds.slice(0, middle), type, kinds),
    await judgeSeeds(seeds.slice(middle), type, kinds),
  ];
  return {
    judged: halves.flatMap(({ judged }) => judged),
    refused: halves.flatMap(({ refused }) => refused),
  };
}

/**
 * Runs a graph in TensorFlow Lite and step by step in our interpreter's memory (profile `single`), and compares every tensor.
 *
 * After each operator ours goes on with what TensorFlow Lite computed, so each verdict is about one operator: no difference
 * of another is seen again, or grows.
 */
export async function judgeGraph({ graph, samples }: RandomGraph): Promise<readonly Verdict[]> {
  const watched = graph.ops.flatMap(({ outputs }) => outputs as readonly TensorId[]);
  const official = await loadTfliteRuntime(writeTflite({ ...graph, outputs: watched }));
  const numerics = { rounding: "single", keepIntermediates: true } as const;
  const { inputs, tensor } = createInterpreter(graph, numerics);
  const loops = prepareSteps(graph, numerics).map((step) =>
    step.bind({ tensor: (id) => tensor(id).data, scratch: new Uint8Array(step.scratchBytes) }),
  );
  const verdicts = graph.ops.map((op, i): Verdict => {
    const known = knownDifference("TensorFlow Lite", op, graph);
    return { kind: op.kind, op: i, known, elements: 0, differing: 0, largest: 0 };
  });
  for (const sample of samples) {
    for (const [i, { data }] of inputs.entries()) data.set(sample[i] as never);
    const theirs = official.run(inputs.map(({ data }) => data));
    const expected = new Map(watched.map((id, i) => [id, theirs[i] as Uint8Array<ArrayBuffer>]));
    for (const [i, { kind, outputs }] of graph.ops.entries()) {
      (loops[i] as () => void)();
      for (const id of outputs as readonly TensorId[]) {
        const { data } = tensor(id);
        const { array } = elementTypes[tensorOf(graph, id).type];
        const computed = new array((expected.get(id) as Uint8Array<ArrayBuffer>).buffer);
        verdicts[i] = sum(verdicts[i] as Verdict, compare(kind, data, computed));
        data.set(computed as never);
      }
    }
  }
  return verdicts;
}

type Found = Pick<Verdict, "elements" | "differing" | "largest">;

function sum(verdict: Verdict, { elements, differing, largest }: Found): Verdict {
  return {
    ...verdict,
    elements: verdict.elements + elements,
    differing: verdict.differing + differing,
    largest: Math.max(verdict.largest, largest),
  };
}

function compare(kind: OpKind, a: ElementArray, b: ElementArray): Found {
  const isFloat = a instanceof Float32Array;
  const isRelative = isFloat && kind !== "unidirectional-sequence-lstm";
  const unit = isRelative ? a.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30) : 1;
  let differing = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const x = Number(a[i]);
    const y = Number(b[i]);
    const distance = Object.is(x, y) ? 0 : Math.abs(x - y) / unit;
    if (!(distance <= (isFloat ? floatTolerance : 0))) differing++;
    if (!(distance <= largest)) largest = distance;
  }
  return { elements: a.length, differing, largest };
}
