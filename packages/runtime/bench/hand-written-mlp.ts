import type { Graph } from "@smidgen/graph";
import {
  denseFloat32,
  denseInt8,
  type FloatLayer,
  floatLayer,
  int8Layer,
  type Int8Layer,
  weighted,
} from "./hand-written-dense.ts";

/** The network of the study, 784 → dense 28 → dense 10, without more ado. Returns the 10 scores before softmax. */
export function mlpInt8(graph: Graph): (image: Int8Array) => Int8Array {
  const layers = weighted(graph).map((op) => int8Layer(graph, op)) as [Int8Layer, Int8Layer];
  const hidden = new Int8Array(28);
  const scores = new Int8Array(10);
  return (image) => {
    denseInt8(layers[0], image, hidden);
    denseInt8(layers[1], hidden, scores);
    return scores;
  };
}

/** The same network in float32, summing in doubles. */
export function mlpFloat32(graph: Graph): (image: Float32Array) => Float32Array {
  const layers = weighted(graph).map((op) => floatLayer(graph, op)) as [FloatLayer, FloatLayer];
  const hidden = new Float32Array(28);
  const scores = new Float32Array(10);
  return (image) => {
    denseFloat32(layers[0], image, hidden, 0);
    denseFloat32(layers[1], hidden, scores, -Infinity);
    return scores;
  };
}
