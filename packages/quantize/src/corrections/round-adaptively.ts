import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import { noSamples } from "../compare/compare-layers.ts";
import { keptSamples, sampleRunner } from "../compare/sample-runner.ts";
import { opSchemesOf, type Scheme } from "../scheme.ts";
import { roundFilter } from "./round-filter.ts";
import type { WeightedOp } from "./equalisable-pairs.ts";
import { layerRows } from "./layer-rows.ts";
import { type WeightGrid, weightedLayers } from "./weight-grid.ts";

export interface RoundingOptions {
  /** How the graph is to be quantized: it says which layers have which grid. */
  readonly scheme: Scheme;
  readonly samples: Iterable<Sample>;
  /** Which places of an image are looked at, where there are more than needed. Default: 1. */
  readonly seed?: number;
  /** Only these layers, by the name of their output. Default: all whose weights become integers. */
  readonly layers?: readonly string[];
  /**
   * Whether the largest weights of a slice may be cut off where smaller steps for the others are worth more. Default:
   * for int4 only, since it gains nothing where steps are fine.
   */
  readonly clip?: boolean;
}

/**
 * The float graph with each weight on the grid that quantization will give it, up or down such that the layer's outputs
 * stay where they were, instead of each weight to the nearest. Quantizing the result with the same scheme gives
 * exactly these weights. Biases stay as they are.
 *
 * For each output channel it seeks the rounding with the least Σ ((ŵ − w) · x)² over inputs x of the layer, which is
 * that of Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", ICML 2020, layer by layer. They
 * relax the choice and descend by gradient; here weights are turned one by one, whichever way the sum
 * falls, until none is left to turn, as in Zhang et al., "COMQ: A Backpropagation-Free Algorithm for Post-Training
 * Quantization", arXiv:2403.07134: no learning rate, no random start, and the same bytes each time. Layers are
 * gone through in order; inputs are those of the network with the layers before already rounded.
 *
 * @throws UserError `no-samples`, `wrong-sample`, `unsupported-operator`; `unknown-scheme` and `unmatched-pattern` as
 * `opSchemesOf`.
 */
export function roundAdaptively(graph: Graph, options: RoundingOptions): Graph {
  const { scheme, seed = 1, layers: chosen, clip } = options;
  const samples = keptSamples(options.samples);
  if (samples.length === 0) throw noSamples(graph);
  const tensors = [...graph.tensors];
  const rounded = new Set<TensorId>();
  for (const { op, position, name, grid } of weightedLayers(
    graph,
    opSchemesOf(graph, scheme),
    scheme,
  )) {
    const [, filter] = op.inputs;
    const isChosen = chosen === undefined || chosen.includes(name);
    if (grid === undefined || !isChosen || rounded.has(filter)) continue;
    const data = roundLayer({ ...graph, tensors }, position, grid, { samples, seed, clip });
    tensors[filter] = { ...tensorOf(graph, filter), data };
    rounded.add(filter);
  }
  return { ...graph, tensors };
}

/** The weights of one layer, rounded for what reaches it in this graph. */
export function roundLayer(
  graph: Graph,
  position: number,
  grid: WeightGrid,
  options: {
    readonly samples: readonly Sample[];
    readonly seed?: number;
    readonly clip?: boolean | undefined;
  },
): Float32Array {
  const { samples, seed = 1, clip = grid.limit < 127 } = options;
  const op = graph.ops[position] as WeightedOp;
  const [input, filter] = op.inputs;
  const runner = sampleRunner({ ...graph, ops: graph.ops.slice(0, position), outputs: [input] });
  const rows = layerRows(op, graph, samples.length, seed);
  for (const [i, sample] of samples.entries()) {
    runner.run(sample, i);
    rows.add(runner.real(input));
  }
  const { data, shape } = tensorOf(graph, filter);
  const outputAxis = op.kind === "depthwise-conv-2d" ? 3 : 0;
  const { inputsOf } = rows;
  return roundFilter(data as Float32Array, { shape, outputAxis, grid, clip, inputsOf });
}
