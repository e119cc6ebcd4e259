import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Graph } from "@smidgen/graph";
import { buildGraph } from "./build-graph.ts";
import { type Pass, passes } from "./passes/passes.ts";
import { readNetwork } from "./network.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";

export interface ConvertOptions {
  /** Of the graph; the model's own name by default, or `model` if tfjs made that up. */
  readonly name?: string;
}

/**
 * A trained tfjs model as a float graph for a batch of 1.
 *
 * Layers that only matter in training disappear, batch normalization is folded into the layer before it, and
 * ReLU is fused. Filters are laid out as TensorFlow Lite has them. Constants copy the weights: the model may
 * be trained on or disposed of afterwards.
 *
 * Tensors are named after the layers: a name that you gave stays; one that tfjs numbered becomes what Keras
 * would call it (`conv2d`, `dense`, `dense_1`, …), so that the same architecture has the same names in every
 * process. Where one layer is used several times, its second result is `name/2`.
 *
 * @throws UserError `unsupported-layer`, listing every layer that has no counterpart, each with its reason;
 * `model-not-built`, if the model has no input shape yet.
 */
export function convertLayersModel(model: LayersModel, options: ConvertOptions = {}): Graph {
  const network = readNetwork(model);
  refuseUnsupported(network);
  const graph = buildGraph(network, options.name ?? network.name);
  return passes.reduce((before: Graph, pass: Pass) => pass(before), graph);
}
