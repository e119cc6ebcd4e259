import { type Graph, tensorOf } from "@smidgen/graph";
import { equalisablePairs, type EqualisablePair } from "../corrections/equalisable-pairs.ts";
import { changeableConstants, outputChannel, scalePair } from "../corrections/equalise-layers.ts";
import type { TensorMatches } from "./match-tensors.ts";
import { realConstant } from "./real-constant.ts";

/** Rounding alone changes a channel's length by less. */
const leastChange = 0.1;

/**
 * The float graph with its channels scaled as those of the quantized one are. Where that was equalised across layers,
 * tensors between them would else be compared with others of the same name; what the network computes stays as it is.
 *
 * How much a channel was scaled is told by its weights: the factor that brings the float ones closest to the stored ones.
 */
export function followEqualisation(
  float: Graph,
  quantized: Graph,
  { floatOf }: TensorMatches,
): Graph {
  const stored = new Map([...floatOf].map(([id, match]) => [match.id, id]));
  const { valuesOf, changed } = changeableConstants(float);
  let isChanged = false;
  // In order: when a layer's channels are looked at, its weights have followed the layer before.
  for (const pair of equalisablePairs(float)) {
    const id = stored.get(pair.first.inputs[1]);
    const actual = id === undefined ? undefined : realConstant(tensorOf(quantized, id));
    const factors = actual && channelFactors(pair, float, valuesOf(pair.first.inputs[1]), actual);
    if (factors === undefined) continue;
    scalePair(pair, float, valuesOf, factors);
    isChanged = true;
  }
  return isChanged ? changed() : float;
}

/** What the float network's channels have to be divided by; nothing if they are as they were. */
function channelFactors(
  { first, channels, clipping }: EqualisablePair,
  float: Graph,
  weights: Float32Array,
  actual: Float32Array,
): Float64Array | undefined {
  if (clipping.length > 0) return undefined;
  const channelOf = outputChannel(first, tensorOf(float, first.inputs[1]).shape);
  const products = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (const [i, value] of weights.entries()) {
    const channel = channelOf(i);
    products[channel] = (products[channel] as number) + value * (actual[i] as number);
    squares[channel] = (squares[channel] as number) + value * value;
  }
  const ratios = products.map((product, channel) => product / (squares[channel] as number));
  if (!ratios.some((ratio) => ratio > 0 && Math.abs(ratio - 1) > leastChange)) return undefined;
  return ratios.map((ratio) => (ratio > 0 && Number.isFinite(ratio) ? 1 / ratio : 1));
}
