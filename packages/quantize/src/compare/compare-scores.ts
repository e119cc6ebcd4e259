import { type Graph, tensorOf } from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import { matchTensors, type TensorMatches } from "./match-tensors.ts";
import { sampleRunner, type SampleRunner } from "./sample-runner.ts";
import { scoreNoise, type Scores, scoresOf } from "./scores.ts";

/** How far a quantized network is from the float one where it decides. */
export interface ScoreComparison {
  /** In the quantized graph. */
  readonly names: readonly string[];
  readonly sqnrDb: number;
  readonly noiseToSignal: number;
  /** Share of the rows of scores, of those that softmax makes classes of, whose largest is the same in both. */
  readonly agreement: number | undefined;
}

/** All errors together, at the scores. Quicker than `compareLayers`. */
export function compareScores(
  float: Graph,
  quantized: Graph,
  samples: readonly Sample[],
): ScoreComparison {
  const matches = matchTensors(float, quantized);
  const [exact, actual] = [sampleRunner(float), sampleRunner(quantized)];
  const { add, result } = scoreComparison(float, quantized, matches, scoresOf(float));
  for (const [position, sample] of samples.entries()) {
    exact.run(sample, position);
    actual.run(sample, position);
    add(exact, actual);
  }
  return result();
}

export function scoreComparison(
  float: Graph,
  quantized: Graph,
  matches: TensorMatches,
  scores: Scores,
): {
  /** After a run of both. */
  readonly add: (exact: SampleRunner, actual: SampleRunner) => void;
  readonly result: () => ScoreComparison;
} {
  const noise = scoreNoise(scores);
  const counterparts = scores.ids.map(
    (id) => [...matches.floatOf].findLast(([, match]) => match.id === id)?.[0],
  );
  let rows = 0;
  let agreeing = 0;
  return {
    add(exact, actual) {
      for (const [i, id] of scores.ids.entries()) {
        const counterpart = counterparts[i];
        if (counterpart === undefined) continue;
        const [x, y] = [exact.real(id), actual.real(counterpart)];
        noise.add(i, x, y);
        const length = scores.rowLengths[i] as number;
        if (length === 1) continue;
        for (let start = 0; start < x.length; start += length) {
          rows++;
          if (largest(x, start, length) === largest(y, start, length)) agreeing++;
        }
      }
    },
    result: () => ({
      names: counterparts.map((id) => (id === undefined ? "" : tensorOf(quantized, id).name)),
      sqnrDb: noise.sqnrDb(),
      noiseToSignal: noise.noiseToSignal(),
      agreement: rows === 0 ? undefined : agreeing / rows,
    }),
  };
}

/** Of equally large ones the first. */
function largest(values: Float32Array, start: number, length: number): number {
  let best = start;
  for (let i = start + 1; i < start + length; i++) {
    if ((values[i] as number) > (values[best] as number)) best = i;
  }
  return best;
}
