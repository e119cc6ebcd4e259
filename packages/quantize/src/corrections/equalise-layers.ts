import { type Graph, type Op, type Shape, type TensorId, tensorOf } from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import { sampleRunner } from "../compare/sample-runner.ts";
import { type EqualisablePair, equalisablePairs, type WeightedOp } from "./equalisable-pairs.ts";

export interface EqualisationOptions {
  /**
   * What is balanced against the second layer's weights:
   * - `weights`: those of the first layer, so that one scale does for all of its channels;
   * - `activations`: what flows between the two, over `samples`, so that one scale does for it. The right
   *   choice where weights have a scale per channel anyway.
   */
  readonly balance: "activations" | "weights";
  /** Needed for `activations`, and to know where relu6 never clips. */
  readonly samples?: readonly Sample[];
}

/**
 * The same network in other numbers: between two layers each channel is divided by a factor and what reads it
 * multiplied with the same, so that channels become alike in size and share a scale without loss.
 *
 * With r₁ the largest magnitude of a channel before and r₂ of the weights that read it, the factor is √(r₁ / r₂); pairs
 * are gone through until nothing moves, since a layer is the second of one pair and the first of the next. A
 * network with relu6 between two layers is left as it is there, unless no sample comes as far as 6: relu takes its place
 * then. Channels that are always zero keep their size.
 *
 * Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019,
 * for weights; Xiao et al., "SmoothQuant", ICML 2023, equation 4 with α = ½, for activations.
 *
 * @throws UserError `wrong-sample`, if samples are given and one does not fit.
 */
export function equaliseLayers(graph: Graph, options: EqualisationOptions): Graph {
  const { balance, samples = [] } = options;
  const seen = largestPerChannel(graph, equalisablePairs(graph), samples);
  const { unclipped, pairs } = withoutClipping(graph, seen);
  const { valuesOf, changed } = changeableConstants(graph);
  for (let sweep = 0; sweep < 30; sweep++) {
    let largestChange = 0;
    for (const { pair, activations } of pairs) {
      if (balance === "activations" && samples.length === 0) continue;
      const before =
        balance === "activations" ? activations : outputMagnitudes(pair, graph, valuesOf);
      const after = inputMagnitudes(pair, graph, valuesOf);
      const factors = equalisingFactors(before, after);
      scalePair(pair, graph, valuesOf, factors);
      for (const [channel, factor] of factors.entries()) {
        activations[channel] = (activations[channel] as number) / factor;
        largestChange = Math.max(largestChange, Math.abs(Math.log(factor)));
      }
    }
    if (largestChange < 1e-3) break;
  }
  return { ...changed(), ops: graph.ops.map((op) => unclipped.get(op) ?? op) };
}

interface SeenPair {
  readonly pair: EqualisablePair;
  /** Largest magnitude of each channel between the two, over all samples. [channels] */
  readonly activations: Float64Array;
  readonly staysBelowSix: boolean;
}

function largestPerChannel(
  graph: Graph,
  pairs: readonly EqualisablePair[],
  samples: readonly Sample[],
): readonly SeenPair[] {
  const activations = pairs.map(({ channels }) => new Float64Array(channels));
  const runner = sampleRunner(graph);
  for (const [position, sample] of samples.entries()) {
    runner.run(sample, position);
    for (const [i, pair] of pairs.entries()) {
      const largest = activations[i] as Float64Array;
      // What the second layer reads can only be smaller: a mean, say. Both are seen.
      for (const op of [pair.first, ...pair.between]) {
        const values = runner.real(op.outputs[0]);
        for (let at = 0; at < values.length; at++) {
          const channel = at % pair.channels;
          largest[channel] = Math.max(largest[channel] as number, Math.abs(values[at] as number));
        }
      }
    }
  }
  return pairs.map((pair, i) => ({
    pair,
    activations: activations[i] as Float64Array,
    staysBelowSix: samples.length > 0 && (activations[i] as Float64Array).every((each) => each < 6),
  }));
}

/** Pairs that can be scaled, and the operators whose relu6 turned out to be relu. */
function withoutClipping(
  graph: Graph,
  seen: readonly SeenPair[],
): { readonly pairs: readonly SeenPair[]; readonly unclipped: ReadonlyMap<Op, Op> } {
  const pairs = seen.filter(
    ({ pair, staysBelowSix }) => staysBelowSix || pair.clipping.length === 0,
  );
  const unclipped = new Map<Op, Op>();
  for (const { pair } of pairs) {
    for (const op of pair.clipping) unclipped.set(op, withRelu(op));
  }
  return { pairs, unclipped: new Map([...unclipped].filter(([op]) => graph.ops.includes(op))) };
}

function withRelu(op: Op): Op {
  if (op.kind === "relu6") return { ...op, kind: "relu" };
  return { ...op, options: { ...op.options, activation: "relu" } } as Op;
}

/** √(before / after) per channel, on average 1; what is always zero stays, and what nobody reads becomes small. */
function equalisingFactors(before: Float64Array, after: Float64Array): Float64Array {
  const isUsed = before.map((each, i) => (each > 0 && (after[i] as number) > 0 ? 1 : 0));
  const logs = before.map((each, i) =>
    isUsed[i] === 1 ? Math.log(each / (after[i] as number)) / 2 : 0,
  );
  // One factor for all channels changes nothing that matters: together they stay where they are.
  const used = isUsed.reduce((sum, each) => sum + each, 0);
  const mean = used === 0 ? 0 : logs.reduce((sum, each) => sum + each, 0) / used;
  // What nobody hears must not set the range for the others.
  const quietest = Math.min(...before.filter((_, i) => isUsed[i] === 1));
  return logs.map((log, i) => {
    if (isUsed[i] === 1) return Math.exp(log - mean);
    const magnitude = before[i] as number;
    return magnitude > quietest ? magnitude / quietest : 1;
  });
}

/** Weights and biases that are being changed: a copy of each that is asked for. */
export type ValuesOf = (id: TensorId) => Float32Array;

/** Copies of a graph's constants on demand, and the graph with them. */
export function changeableConstants(graph: Graph): {
  readonly valuesOf: ValuesOf;
  readonly changed: () => Graph;
} {
  const data = new Map<TensorId, Float32Array>();
  return {
    valuesOf(id) {
      const values = data.get(id) ?? (tensorOf(graph, id).data as Float32Array).slice();
      data.set(id, values);
      return values;
    },
    changed() {
      const tensors = graph.tensors.map((tensor, id) => {
        const values = data.get(id as TensorId);
        return values === undefined ? tensor : { ...tensor, data: values };
      });
      return { ...graph, tensors };
    },
  };
}

function outputMagnitudes({ first, channels }: EqualisablePair, graph: Graph, valuesOf: ValuesOf) {
  const values = valuesOf(first.inputs[1]);
  const channelOf = outputChannel(first, tensorOf(graph, first.inputs[1]).shape);
  return largestBy(values, channels, channelOf);
}

/** The largest weight that reads each channel. */
function inputMagnitudes(
  { second, channels }: EqualisablePair,
  graph: Graph,
  valuesOf: ValuesOf,
): Float64Array {
  const values = valuesOf(second.inputs[1]);
  const channelOf = inputChannel(second, tensorOf(graph, second.inputs[1]).shape, channels);
  return largestBy(values, channels, channelOf);
}

/** Divides each channel by its factor before, and multiplies what reads it. */
export function scalePair(
  { first, second, channels }: EqualisablePair,
  graph: Graph,
  valuesOf: ValuesOf,
  factors: Float64Array,
): void {
  const [, filter, bias] = first.inputs;
  const weights = valuesOf(filter);
  const ofOutput = outputChannel(first, tensorOf(graph, filter).shape);
  for (const [i, value] of weights.entries()) weights[i] = value / (factors[ofOutput(i)] as number);
  if (bias !== undefined) {
    const values = valuesOf(bias);
    for (const [i, value] of values.entries()) values[i] = value / (factors[i] as number);
  }
  const reading = valuesOf(second.inputs[1]);
  const ofInput = inputChannel(second, tensorOf(graph, second.inputs[1]).shape, channels);
  for (const [i, value] of reading.entries()) reading[i] = value * (factors[ofInput(i)] as number);
}

/** Position in a filter → the output channel it works for. */
export function outputChannel({ kind }: WeightedOp, shape: Shape): (position: number) => number {
  const last = shape.at(-1) ?? 1;
  if (kind === "depthwise-conv-2d") return (position) => position % last;
  const perChannel = shape.slice(1).reduce((product, size) => product * size, 1);
  return (position) => Math.floor(position / perChannel);
}

/** Position in a filter → the channel of the layer before that it reads. */
function inputChannel(
  op: WeightedOp,
  shape: Shape,
  channels: number,
): (position: number) => number {
  const last = shape.at(-1) ?? 1;
  if (op.kind !== "depthwise-conv-2d") return (position) => (position % last) % channels;
  const { depthMultiplier } = op.options;
  return (position) => Math.floor((position % last) / depthMultiplier) % channels;
}

function largestBy(
  values: Float32Array,
  channels: number,
  channelOf: (position: number) => number,
): Float64Array {
  const largest = new Float64Array(channels);
  for (const [i, value] of values.entries()) {
    const channel = channelOf(i);
    largest[channel] = Math.max(largest[channel] as number, Math.abs(value));
  }
  return largest;
}
