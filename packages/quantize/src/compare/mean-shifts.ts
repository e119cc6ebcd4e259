import { type Graph, type Op, type OpOf, tensorOf } from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import type { TensorMatch, TensorMatches } from "./match-tensors.ts";
import { sampleRunner } from "./sample-runner.ts";
import { scoreNoise, type Scores } from "./scores.ts";
import { subgraph } from "./subgraph.ts";
import { reachesScores, tailCost } from "./tail-cost.ts";

/** A layer whose own error has a mean, and what that mean costs. */
export interface MeanShift {
  /** Of the output, in the float graph. */
  readonly name: string;
  /** Noise to signal at the scores: how much less the layer's own error makes there without its mean. */
  readonly cost: number;
}

function isLayer(op: Op): op is OpOf<"conv-2d" | "depthwise-conv-2d" | "fully-connected"> {
  return op.kind === "conv-2d" || op.kind === "depthwise-conv-2d" || op.kind === "fully-connected";
}

/** What a corrected bias would take away from each layer's own error. */
export function meanShifts(
  float: Graph,
  quantized: Graph,
  { floatOf }: TensorMatches,
  scores: Scores,
  samples: readonly Sample[],
): readonly MeanShift[] {
  const watched = quantized.ops.flatMap((op) => {
    const [output] = op.outputs;
    const floatId = floatOf.get(output)?.id;
    if (!isLayer(op) || floatId === undefined) return [];
    if (!floatOf.has(op.inputs[0]) || !reachesScores(float, floatId, scores)) return [];
    const channels = tensorOf(quantized, output).shape.at(-1) ?? 1;
    return [
      {
        floatId,
        output,
        runner: sampleRunner(subgraph(quantized, [op], [output])),
        tail: tailCost(float, floatId, scores),
        means: new Float64Array(channels),
        count: { rows: 0 },
        noise: scoreNoise(scores),
        corrected: scoreNoise(scores),
      },
    ];
  });
  const whole = sampleRunner(float);
  const ownOutput = ({ runner, output }: (typeof watched)[number]) => {
    runner.runOn((id) => whole.real((floatOf.get(id) as TensorMatch).id));
    return runner.real(output);
  };
  for (const [position, sample] of samples.entries()) {
    whole.run(sample, position);
    for (const watch of watched) {
      const exact = whole.real(watch.floatId);
      for (const [i, value] of ownOutput(watch).entries()) {
        const channel = i % watch.means.length;
        watch.means[channel] = (watch.means[channel] as number) + value - (exact[i] as number);
      }
      watch.count.rows += exact.length / watch.means.length;
    }
  }
  for (const [position, sample] of samples.entries()) {
    whole.run(sample, position);
    for (const watch of watched) {
      const { means, count, tail, noise, corrected } = watch;
      const actual = ownOutput(watch);
      tail.add(whole, actual, noise);
      const withoutMean = actual.map(
        (value, i) => value - (means[i % means.length] as number) / count.rows,
      );
      tail.add(whole, withoutMean, corrected);
    }
  }
  return watched.map(({ floatId, noise, corrected }) => ({
    name: tensorOf(float, floatId).name,
    cost: Math.max(0, noise.noiseToSignal() - corrected.noiseToSignal()),
  }));
}
