import { type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { expect } from "vitest";
import { findGraphProblems, type Graph } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { convertLayersModel } from "@smidgen/convert";
import { buildGraph } from "../src/build-graph.ts";
import { readNetwork } from "../src/network.ts";
import { passes } from "../src/passes/passes.ts";
import { seededFloats } from "./seeded-floats.ts";

/**
 * Converts the model, runs it, and compares all outputs with tfjs's own on three inputs: within 1e-5, relative
 * to values above 1. Returns the graph.
 */
export function expectSamePrediction(model: LayersModel): Graph {
  const graph = convertLayersModel(model);
  expectGoodGraphAfterEveryPass(model);
  const interpreter = createInterpreter(graph);
  const random = seededFloats(5);
  for (let run = 0; run < 3; run++) {
    const examples = interpreter.inputs.map(({ data }) => random(data.length, 3));
    for (const [i, { data }] of interpreter.inputs.entries()) {
      (data as Float32Array).set(examples[i] as Float32Array);
    }
    interpreter.reset();
    interpreter.run();
    const expected = predict(model, examples);
    expect(interpreter.outputs).toHaveLength(expected.length);
    for (const [i, { data, shape }] of interpreter.outputs.entries()) {
      expect(shape).toEqual(expected[i]?.shape);
      expect(largestDifference(data as Float32Array, expected[i]?.data ?? [])).toBeLessThan(1e-5);
    }
  }
  return graph;
}

function expectGoodGraphAfterEveryPass(model: LayersModel): void {
  let graph = buildGraph(readNetwork(model), model.name);
  expect(findGraphProblems(graph)).toEqual([]);
  for (const pass of passes) {
    graph = pass(graph);
    expect(findGraphProblems(graph)).toEqual([]);
  }
}

/** Gives every weight a value of its own; variances (and whatever else must not be negative) a positive one. */
export function randomizeWeights(model: LayersModel, seed = 3): LayersModel {
  const random = seededFloats(seed);
  tidy(() => {
    for (const weight of model.weights) {
      const isVariance = weight.originalName.endsWith("moving_variance");
      const values = random(
        weight.shape.reduce<number>((count, size) => count * (size as number), 1),
        0.8,
      );
      const data = isVariance ? values.map((value) => Math.abs(value) + 0.1) : values;
      weight.write(tensor(data, weight.shape as number[]));
    }
  });
  return model;
}

function predict(model: LayersModel, examples: readonly Float32Array[]) {
  return tidy(() => {
    const inputs = model.inputs.map(({ shape }, i) =>
      tensor(examples[i] as Float32Array, [1, ...(shape.slice(1) as number[])]),
    );
    const outputs = model.predict(inputs.length === 1 ? (inputs[0] as Tensor) : inputs);
    return [outputs].flat().map((output) => ({ shape: output.shape, data: output.dataSync() }));
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    const difference = Math.abs(x - y) / Math.max(1, Math.abs(y));
    largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }
  return largest;
}
