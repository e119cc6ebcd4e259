import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { decibels } from "./error-statistics.ts";

/** What a network decides by: its outputs before they are squashed into probabilities. */
export interface Scores {
  readonly ids: readonly TensorId[];
  /** Length of the rows of classes: what all of a row have in common does not matter, since softmax takes it away. 1: no classes. */
  readonly rowLengths: readonly number[];
}

/**
 * Outputs of the graph; in place of softmax and its logarithm what goes into them, so that errors count in full
 * where probabilities are near 0 or 1.
 */
export function scoresOf(graph: Graph): Scores {
  const scores = graph.outputs
    .filter((id) => tensorOf(graph, id).type === "float32")
    .map((id) => {
      const op = graph.ops.find(({ outputs }) => (outputs as readonly TensorId[]).includes(id));
      return op?.kind === "softmax" || op?.kind === "log-softmax"
        ? { id: op.inputs[0], rowLength: tensorOf(graph, op.inputs[0]).shape.at(-1) ?? 1 }
        : { id, rowLength: 1 };
    });
  return { ids: scores.map(({ id }) => id), rowLengths: scores.map(({ rowLength }) => rowLength) };
}

export interface ScoreNoise {
  /** For each of the scores what it should be and what it is. */
  readonly add: (score: number, exact: Float32Array, actual: Float32Array) => void;
  /** Noise to signal, the mean over the scores. */
  readonly noiseToSignal: () => number;
  readonly sqnrDb: () => number;
}

/** How far scores are off, in relation to how far they vary; what all of a row have in common does not count. */
export function scoreNoise({ ids, rowLengths }: Scores): ScoreNoise {
  const signal = new Float64Array(ids.length);
  const noise = new Float64Array(ids.length);
  const noiseToSignal = () => {
    let sum = 0;
    for (const [i, each] of noise.entries()) sum += each === 0 ? 0 : each / (signal[i] as number);
    return ids.length === 0 ? 0 : sum / ids.length;
  };
  return {
    add(score, exact, actual) {
      const length = rowLengths[score] as number;
      for (let start = 0; start < exact.length; start += length) {
        // A row of one has nothing in common but itself.
        const common = length === 1 ? noMeans : rowMeans(exact, actual, start, length);
        for (let i = start; i < start + length; i++) {
          const error = (actual[i] as number) - (exact[i] as number) - common.error;
          signal[score] = (signal[score] as number) + ((exact[i] as number) - common.value) ** 2;
          noise[score] = (noise[score] as number) + error ** 2;
        }
      }
    },
    noiseToSignal,
    sqnrDb: () => decibels(1, noiseToSignal()),
  };
}

const noMeans = { value: 0, error: 0 };

function rowMeans(exact: Float32Array, actual: Float32Array, start: number, length: number) {
  let [value, error] = [0, 0];
  for (let i = start; i < start + length; i++) {
    value += (exact[i] as number) / length;
    error += ((actual[i] as number) - (exact[i] as number)) / length;
  }
  return { value, error };
}
