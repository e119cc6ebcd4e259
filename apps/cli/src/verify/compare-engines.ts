import type { ElementArray, Graph, TensorId } from "@smidgen/graph";
import type { Engine } from "./engines.ts";
import type { Sample } from "./samples.ts";

/** How far an engine is from another in one tensor, over all samples. */
export interface Difference {
  /** Elements that differ: integers at all, floats by more than `floatTolerance`. */
  readonly elements: number;
  readonly of: number;
  /** In steps of the integer, or for floats relative to the largest value of the tensor. */
  readonly largest: number;
}

/** Differences of floats that come from the order of a sum, relative to the largest value of the tensor. */
export const floatTolerance = 1e-5;

/** Per tensor and engine, how far the engine is from `judged`. All run the same samples in the same order. */
export function compareEngines(
  judged: Engine,
  others: readonly Engine[],
  watched: readonly TensorId[],
  samples: readonly Sample[],
): ReadonlyMap<Engine, ReadonlyMap<TensorId, Difference>> {
  const distances = new Map(
    others.map((engine) => [engine, new Map(watched.map((id) => [id, [] as Distances[]]))]),
  );
  for (const sample of samples) {
    const ours = judged.run(sample);
    for (const [engine, table] of distances) {
      const theirs = engine.run(sample);
      for (const id of watched) {
        table
          .get(id)
          ?.push(distancesOf(ours.get(id) as ElementArray, theirs.get(id) as ElementArray));
      }
    }
  }
  return new Map(
    [...distances].map(([engine, table]) => [
      engine,
      new Map([...table].map(([id, list]) => [id, summarize(list)])),
    ]),
  );
}

/** Of one tensor after one inference. */
interface Distances {
  readonly isFloat: boolean;
  /** |a − b| per element; infinite where only one of them is a number. */
  readonly absolute: Float64Array;
  readonly largestValue: number;
}

function distancesOf(a: ElementArray, b: ElementArray): Distances {
  const absolute = new Float64Array(a.length);
  let largestValue = 0;
  for (let i = 0; i < a.length; i++) {
    const x = Number(a[i]);
    const y = Number(b[i]);
    // Two NaNs, or two equal infinities, are the same result.
    absolute[i] = Object.is(x, y) ? 0 : Math.abs(x - y);
    if (Number.isNaN(absolute[i])) absolute[i] = Infinity;
    if (Number.isFinite(x)) largestValue = Math.max(largestValue, Math.abs(x));
  }
  return { isFloat: a instanceof Float32Array, absolute, largestValue };
}

function summarize(list: readonly Distances[]): Difference {
  const isFloat = list[0]?.isFloat ?? false;
  // A sum that happens to end near zero has few good digits: floats are judged by the size of the tensor's values.
  const unit = isFloat
    ? list.reduce((most, { largestValue }) => Math.max(most, largestValue), Number.MIN_VALUE)
    : 1;
  const limit = isFloat ? floatTolerance : 0;
  let elements = 0;
  let of = 0;
  let largest = 0;
  for (const { absolute } of list) {
    of += absolute.length;
    for (const distance of absolute) {
      if (distance / unit > limit) elements++;
      largest = Math.max(largest, distance / unit);
    }
  }
  return { elements, of, largest };
}

/** Tensors that operators write, in the order in which they are written. */
export function writtenTensors(graph: Graph): readonly TensorId[] {
  return graph.ops.flatMap(({ outputs }) => [...outputs]);
}
