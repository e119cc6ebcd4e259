import type { Shape } from "@smidgen/graph";
import { clamp, roundHalfAwayFromZero } from "../rounding.ts";
import { gridScale, slicesOf, type WeightGrid } from "./weight-grid.ts";

export interface FilterInputs {
  readonly shape: Shape;
  /** Axis of the output channels. */
  readonly outputAxis: number;
  readonly grid: WeightGrid;
  readonly clip: boolean;
  /** For each weight of an output channel what it is multiplied with. */
  readonly inputsOf: (outputChannel: number) => readonly Float32Array[];
}

/** A filter whose weights are multiples of their scale, rounded such that its sums change least. */
export function roundFilter(
  weights: Float32Array,
  { shape, outputAxis, grid, clip, inputsOf }: FilterInputs,
): Float32Array {
  const result = new Float32Array(weights.length);
  const channels = slicesOf(shape, outputAxis).map((positions, channel) => {
    const inputs = inputsOf(channel);
    return { positions, inputs, energies: inputs.map(energy) };
  });
  // Slices with a scale of their own are output channels; with one scale for all, it is chosen for all together.
  const groups = grid.channelAxis === undefined ? [channels] : channels.map((each) => [each]);
  for (const group of groups) {
    const scale = bestScale(weights, group, grid.limit, clip);
    for (const channel of group) roundChannel(weights, channel, scale, grid.limit, result);
  }
  return result;
}

interface Channel {
  /** In the filter. */
  readonly positions: Uint32Array;
  readonly inputs: readonly Float32Array[];
  /** Mean square of each input. */
  readonly energies: readonly number[];
}

function energy(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum / values.length;
}

/** Shares of the largest magnitude that a grid may end at. */
const clippings = Array.from({ length: 13 }, (_, i) => 1 - i * 0.05);

/** The scale with the least expected error: each weight's, weighted by how large its inputs are. */
function bestScale(
  weights: Float32Array,
  group: readonly Channel[],
  limit: number,
  clip: boolean,
): number {
  let magnitude = 0;
  for (const { positions } of group) {
    for (const i of positions) magnitude = Math.max(magnitude, Math.abs(weights[i] as number));
  }
  const candidates = (clip ? clippings : [1]).map((share) => gridScale(magnitude * share, limit));
  const costs = candidates.map((scale) => {
    let cost = 0;
    for (const { positions, energies } of group) {
      // An input that was never seen may still come: it counts for a little.
      const floor = 0.01 * mean(energies);
      for (const [k, i] of positions.entries()) {
        const weight = weights[i] as number;
        const steps = clamp(roundHalfAwayFromZero(weight / scale), -limit, limit);
        cost += (weight - steps * scale) ** 2 * ((energies[k] as number) + floor);
      }
    }
    return cost;
  });
  return candidates[costs.indexOf(Math.min(...costs))] as number;
}

/** More turns than ever were needed; each lowers the cost, so that it ends. */
const mostSweeps = 50;

/**
 * Coordinate descent: `residual` is what the rounding has added to each row's sum so far, and a weight is turned to
 * the other neighbour on the grid if that makes its sum of squares smaller. A small penalty on the weights'
 * own errors decides where few rows leave it open.
 */
function roundChannel(
  weights: Float32Array,
  { positions, inputs, energies }: Channel,
  scale: number,
  limit: number,
  result: Float32Array,
): void {
  const rows = inputs[0]?.length ?? 0;
  const residual = new Float64Array(rows);
  const penalty = 0.01 * mean(energies);
  const steps = Int32Array.from(positions, (i) =>
    clamp(roundHalfAwayFromZero((weights[i] as number) / scale), -limit, limit),
  );
  const errorOf = (k: number, step: number) =>
    step * scale - (weights[positions[k] as number] as number);
  const addToResidual = (k: number, factor: number) => {
    const input = inputs[k] as Float32Array;
    for (let row = 0; row < rows; row++) {
      residual[row] = (residual[row] as number) + factor * (input[row] as number);
    }
  };
  for (const [k, step] of steps.entries()) addToResidual(k, errorOf(k, step));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let turned = 0;
    for (const [k, step] of steps.entries()) {
      const weight = weights[positions[k] as number] as number;
      // The largest weights stay at the end of the grid, or quantization would find another scale.
      if (Math.abs(weight) >= limit * scale * (1 - 1e-5)) continue;
      const below = clamp(Math.floor(weight / scale), -limit, limit);
      const other = step === below ? clamp(below + 1, -limit, limit) : below;
      if (other === step) continue;
      const change = (other - step) * scale;
      const input = inputs[k] as Float32Array;
      let product = 0;
      for (let row = 0; row < rows; row++)
        product += (residual[row] as number) * (input[row] as number);
      const own = errorOf(k, other) ** 2 - errorOf(k, step) ** 2;
      const gain =
        (2 * change * product) / rows + change ** 2 * (energies[k] as number) + penalty * own;
      if (gain >= -1e-12 * scale * scale * penalty) continue;
      steps[k] = other;
      addToResidual(k, change);
      turned++;
    }
    if (turned === 0) break;
  }
  for (const [k, i] of positions.entries()) result[i] = (steps[k] as number) * scale;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
