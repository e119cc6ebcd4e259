import { elementCount, type Graph, type Op, type TensorId, tensorOf } from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import { isWeighted } from "../corrections/equalisable-pairs.ts";
import { equaliseLayers } from "../corrections/equalise-layers.ts";
import { roundLayer } from "../corrections/round-adaptively.ts";
import { onGrid } from "../corrections/weight-grid.ts";
import { describeFinding } from "./describe-finding.ts";
import type { TensorMatches } from "./match-tensors.ts";
import { realConstant } from "./real-constant.ts";
import type { Finding, Remedy } from "./remedies.ts";
import { sampleRunner } from "./sample-runner.ts";
import { scoreNoise, type ScoreNoise, type Scores } from "./scores.ts";
import { meanShifts } from "./mean-shifts.ts";
import {
  coveringParameters,
  readersThrough,
  type StoredTensor,
  storedTensors,
  storedValues,
} from "./stored-tensors.ts";
import { constantCost, reachesScores, tailCost } from "./tail-cost.ts";
import { type ValueProfile, valueProfiler } from "./value-profile.ts";

/** Below this share of all costs a tensor is not worth a finding. */
const guiltyShare = 0.02;
/** Likewise for a remedy. */
const leastGainDb = 0.05;
/** Shares of the range that was seen. */
const narrowings = [0.9, 0.75, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01];

/**
 * The tensors whose storage costs most at the scores, and for each the remedies that help, as tried out on the float
 * network: everything else stays float, this tensor is stored as it is, and as it would be. The remedies that gain most
 * come first; of equal ones those that cost no bytes.
 */
export function findRemedies(
  float: Graph,
  quantized: Graph,
  matches: TensorMatches,
  scores: Scores,
  samples: readonly Sample[],
): readonly Finding[] {
  const stored = storedTensors(quantized, matches).filter(({ floatId }) =>
    reachesScores(float, floatId, scores),
  );
  const { costs, profiles } = presentCosts(float, quantized, stored, scores, samples);
  const shifts = meanShifts(float, quantized, matches, scores, samples);
  const sum =
    costs.reduce((total, cost) => total + cost, 0) +
    shifts.reduce((total, { cost }) => total + cost, 0);
  const trials: Trial[] = [];
  for (const [i, tensor] of stored.entries()) {
    const cost = costs[i] as number;
    if (!(cost / sum >= guiltyShare)) continue;
    const profile = profiles[i];
    trials.push(
      ...(profile === undefined
        ? weightTrials(float, quantized, tensor, scores, samples)
        : activationTrials(float, tensor, profile, scores)
      ).map((trial) => ({ ...trial, tensor, cost, profile })),
    );
  }
  runTrials(float, trials, samples);
  const findings = trials.map((trial): Finding => {
    const { tensor, cost, remedy, extraBytes, profile } = trial;
    const expectedCost = Math.min(trial.expectedCost(), cost);
    return describeFinding({
      tensor: tensorOf(float, tensor.floatId).name,
      role: tensor.role,
      remedy,
      cost,
      costShare: cost / sum,
      expectedCost,
      expectedGainDb: gainDb(sum, cost - expectedCost),
      extraBytes,
      profile,
      type: tensorOf(quantized, tensor.id).type,
    });
  });
  for (const { name, cost } of shifts) {
    if (cost / sum < guiltyShare) continue;
    findings.push(
      describeFinding({
        tensor: name,
        role: "sums",
        remedy: { kind: "correct-bias" },
        cost,
        costShare: cost / sum,
        expectedCost: 0,
        expectedGainDb: gainDb(sum, cost),
        extraBytes: 0,
        profile: undefined,
        type: "int32",
      }),
    );
  }
  // What other ranges alone would change is not what equalisation gains.
  const alike = costsIfRequantized(float, quantized, stored, scores, samples);
  for (const balance of ["activations", "weights"] as const) {
    const equalised = equaliseLayers(float, { balance, samples });
    const expected = costsIfRequantized(equalised, quantized, stored, scores, samples);
    const savings = expected.map(
      (each, i) => Math.min(costs[i] as number, alike[i] as number) - each,
    );
    const most = savings.indexOf(Math.max(...savings));
    const tensor = stored[most];
    if (tensor === undefined) continue;
    const cost = costs[most] as number;
    findings.push(
      describeFinding({
        tensor: tensorOf(float, tensor.floatId).name,
        role: tensor.role,
        remedy: { kind: "equalise", balance },
        cost,
        costShare: cost / sum,
        expectedCost: cost - (savings[most] as number),
        expectedGainDb: gainDb(
          sum,
          savings.reduce((total, each) => total + each, 0),
        ),
        extraBytes: 0,
        profile: profiles[most],
        type: tensorOf(quantized, tensor.id).type,
      }),
    );
  }
  return bestNarrowing(findings)
    .filter(({ expectedGainDb }) => expectedGainDb >= leastGainDb)
    .toSorted((a, b) => b.expectedGainDb - a.expectedGainDb || a.extraBytes - b.extraBytes);
}

function gainDb(sum: number, saved: number): number {
  // A network whose every error goes away gains without end: what is shown ends at 1/1000 of it.
  return 10 * Math.log10(sum / Math.max(sum - saved, sum / 1e6));
}

/** How much each tensor costs as it is stored, and what activations look like. */
function presentCosts(
  float: Graph,
  quantized: Graph,
  stored: readonly StoredTensor[],
  scores: Scores,
  samples: readonly Sample[],
): { readonly costs: readonly number[]; readonly profiles: readonly (ValueProfile | undefined)[] } {
  const whole = sampleRunner(float);
  const watches = stored.map((tensor) => {
    const { floatId, role, quantization, range, shape } = tensor;
    if (role === "weights" || quantization.kind !== "per-tensor") {
      const present = tensor.weights ?? realConstant(tensorOf(quantized, tensor.id));
      if (present === undefined) throw new Error(`tensor %${tensor.id} is no constant`);
      return { weights: constantCost(float, floatId, present, scores) };
    }
    const noise = scoreNoise(scores);
    const tail = tailCost(float, floatId, scores);
    const values = new Float32Array(elementCount(shape));
    const profiler = valueProfiler(shape.at(-1) ?? 1);
    return { noise, tail, values, profiler, quantization, range, floatId };
  });
  for (const [position, sample] of samples.entries()) {
    whole.run(sample, position);
    for (const watch of watches) {
      if ("weights" in watch) watch.weights.add(whole);
      else {
        const exact = whole.real(watch.floatId);
        watch.profiler.add(exact);
        const rounded = storedValues(exact, watch.quantization, watch.range, watch.values);
        watch.tail.add(whole, rounded, watch.noise);
      }
    }
  }
  return {
    costs: watches.map((watch) =>
      ("weights" in watch ? watch.weights : watch.noise).noiseToSignal(),
    ),
    profiles: watches.map((watch) => ("weights" in watch ? undefined : watch.profiler.profile())),
  };
}

/** The costs of another float network that computes the same, quantized like this one but with ranges of its own. */
function costsIfRequantized(
  float: Graph,
  quantized: Graph,
  stored: readonly StoredTensor[],
  scores: Scores,
  samples: readonly Sample[],
): readonly number[] {
  const { profiles } = presentCosts(float, quantized, stored, scores, samples);
  const requantized = stored.map((tensor, i): StoredTensor => {
    const { floatId, shape, range, quantization, hasOwnRange } = tensor;
    const profile = profiles[i];
    if (profile !== undefined) {
      if (!hasOwnRange) return tensor;
      const { scale, zeroPoint } = coveringParameters(profile.min, profile.max, range);
      return { ...tensor, quantization: { kind: "per-tensor", scale, zeroPoint } };
    }
    const values = tensorOf(float, floatId).data;
    if (!(values instanceof Float32Array)) return tensor;
    const channelAxis = quantization.kind === "per-axis" ? quantization.axis : undefined;
    return { ...tensor, weights: onGrid(values, shape, { limit: range[1], channelAxis }) };
  });
  return presentCosts(float, quantized, requantized, scores, samples).costs;
}

interface Attempt {
  readonly remedy: Remedy;
  readonly extraBytes: number;
  /** After a run of the whole float network. */
  readonly add?: (whole: ReturnType<typeof sampleRunner>) => void;
  readonly expectedCost: () => number;
}

interface Trial extends Attempt {
  readonly tensor: StoredTensor;
  readonly cost: number;
  readonly profile: ValueProfile | undefined;
}

function activationTrials(
  float: Graph,
  tensor: StoredTensor,
  profile: ValueProfile,
  scores: Scores,
): readonly Attempt[] {
  const { floatId, range, shape } = tensor;
  const { name } = tensorOf(float, floatId);
  const tail = tailCost(float, floatId, scores);
  const values = new Float32Array(elementCount(shape));
  const attempt = (
    remedy: Remedy,
    change: (exact: Float32Array) => Float32Array,
    noise: ScoreNoise = scoreNoise(scores),
  ): Attempt => ({
    remedy,
    extraBytes: 0,
    add: (whole) => tail.add(whole, change(whole.real(floatId)), noise),
    expectedCost: noise.noiseToSignal,
  });
  const attempts: Attempt[] = [];
  if (tensor.hasOwnRange) {
    for (const share of narrowings) {
      const parameters = coveringParameters(profile.min * share, profile.max * share, range);
      attempts.push(
        attempt({ kind: "narrow-range", tensor: name, share }, (exact) =>
          storedValues(exact, parameters, range, values),
        ),
      );
    }
  }
  if (range[1] === 127) {
    const operators = [
      ...float.ops.filter(({ outputs }) => (outputs as readonly TensorId[]).includes(floatId)),
      ...readersThrough(float, floatId),
    ].map((op) => tensorOf(float, op.outputs[0]).name);
    const parameters = coveringParameters(profile.min, profile.max, [-32_767, 32_767]);
    attempts.push({
      ...attempt({ kind: "operator-scheme", operators, scheme: "int16x8" }, (exact) =>
        storedValues(exact, parameters, [-32_767, 32_767], values),
      ),
      // Operators that convert, and biases of 64 bits.
      extraBytes: 250,
    });
  }
  return attempts;
}

function weightTrials(
  float: Graph,
  quantized: Graph,
  { id, floatId, quantization, range, shape }: StoredTensor,
  scores: Scores,
  samples: readonly Sample[],
): readonly Attempt[] {
  const op = float.ops.find(
    (each): each is Op => (each.inputs as readonly unknown[])[1] === floatId,
  );
  if (op === undefined || !isWeighted(op, float)) return [];
  const weights = tensorOf(float, floatId).data as Float32Array;
  const attempt = (remedy: Remedy, values: Float32Array, extraBytes: number): Attempt => {
    const { add, noiseToSignal } = constantCost(float, floatId, values, scores);
    return { remedy, extraBytes, add, expectedCost: noiseToSignal };
  };
  const axis = op.kind === "depthwise-conv-2d" ? 3 : 0;
  const limit = range[1];
  const channelAxis = quantization.kind === "per-tensor" ? undefined : axis;
  const layers = op.kind === "fully-connected" ? "denseWeights" : "convWeights";
  const layer = tensorOf(float, op.outputs[0]).name;
  const attempts: Attempt[] = [];
  const position = float.ops.indexOf(op);
  const rounded = roundLayer(float, position, { limit, channelAxis }, { samples });
  attempts.push(attempt({ kind: "round-adaptively", layer }, rounded, 0));
  if (channelAxis === undefined) {
    const channels = shape[axis] ?? 1;
    attempts.push(
      // A scale of 4 bytes and a zero point of 8 for each channel.
      attempt(
        { kind: "per-channel-weights", layers },
        onGrid(weights, shape, { limit, channelAxis: axis }),
        12 * channels,
      ),
    );
  }
  if (tensorOf(quantized, id).type === "int4") {
    const values = onGrid(weights, shape, { limit: 127, channelAxis });
    const remedy: Remedy = { kind: "operator-scheme", operators: [layer], scheme: "int8" };
    attempts.push(attempt(remedy, values, Math.floor(weights.length / 2)));
  }
  return attempts;
}

function runTrials(float: Graph, trials: readonly Trial[], samples: readonly Sample[]): void {
  if (trials.length === 0) return;
  const whole = sampleRunner(float);
  for (const [position, sample] of samples.entries()) {
    whole.run(sample, position);
    for (const { add } of trials) add?.(whole);
  }
}

/** Of the ranges that were tried for a tensor only the best. */
function bestNarrowing(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(
    (finding) =>
      finding.remedy.kind !== "narrow-range" ||
      !findings.some(
        (other) =>
          other.remedy.kind === "narrow-range" &&
          other.tensor === finding.tensor &&
          other.expectedCost < finding.expectedCost,
      ),
  );
}
