import { io, onesLike } from "@tensorflow/tfjs-core";
import {
  input,
  layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
  sequential,
} from "@tensorflow/tfjs-layers";
import { expect, test } from "vitest";
import { findGraphProblems, printGraph } from "@smidgen/graph";
import { convertLayersModel } from "@smidgen/convert";
import { buildGraph } from "../src/build-graph.ts";
import { readNetwork } from "../src/network.ts";
import { passes } from "../src/passes/passes.ts";
import { useCpuBackend } from "./cpu-backend.ts";
import { studyNetwork } from "./study-network.ts";

await useCpuBackend();

test("the study's network becomes six operators", () => {
  expect(printGraph(convertLayersModel(studyNetwork()))).toMatchInlineSnapshot(`
    "graph "model"
    %0 = input → "conv2d_input" float32 [1, 28, 28, 1]
    %1 = constant → "conv2d/filter" float32 [8, 3, 3, 1]
    %2 = constant → "conv2d/bias" float32 [8]
    %6 = constant → "dense/filter" float32 [16, 1352]
    %7 = constant → "dense/bias" float32 [16]
    %9 = constant → "dense_1/filter" float32 [10, 16]
    %10 = constant → "dense_1/bias" float32 [10]
    %3 = conv-2d(input %0, filter %1, bias %2) { padding: valid, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, activation: relu } → "conv2d" float32 [1, 26, 26, 8]
    %4 = max-pool-2d(input %3) { padding: valid, strideHeight: 2, strideWidth: 2, filterHeight: 2, filterWidth: 2, activation: none } → "max_pooling2d" float32 [1, 13, 13, 8]
    %5 = reshape(input %4, shape none) { newShape: [1, 1352] } → "flatten" float32 [1, 1352]
    %8 = fully-connected(input %5, filter %6, bias %7) { activation: relu, keepNumDims: false } → "dense" float32 [1, 16]
    %11 = fully-connected(input %8, filter %9, bias %10) { activation: none, keepNumDims: false } → "dense_1/linear" float32 [1, 10]
    %12 = softmax(input %11) { beta: 1 } → "dense_1" float32 [1, 10]
    output %12
    "
  `);
});

test("names do not depend on how many layers tfjs has counted before", () => {
  const first = printGraph(convertLayersModel(studyNetwork()));
  expect(printGraph(convertLayersModel(studyNetwork()))).toBe(first);
});

test("names that were given stay, and numbered ones keep out of their way", () => {
  const network = sequential({
    name: "mine",
    layers: [
      layers.dense({ units: 2, inputShape: [2], name: "dense" }),
      layers.dense({ units: 2 }),
      layers.dense({ units: 2, name: "Dense1" }),
    ],
  });
  const graph = convertLayersModel(network);
  expect(graph.name).toBe("mine");
  expect(graph.tensors.map(({ name }) => name)).toEqual([
    "dense_input",
    "dense/filter",
    "dense/bias",
    "dense",
    "dense_1/filter",
    "dense_1/bias",
    "dense_1",
    "Dense1/filter",
    "Dense1/bias",
    "Dense1",
  ]);
  expect(convertLayersModel(network, { name: "other" }).name).toBe("other");
});

test("every pass leaves a good graph", () => {
  const x = input({ shape: [8, 8, 2] });
  const normalized = layers
    .batchNormalization()
    .apply(layers.conv2d({ filters: 3, kernelSize: 3 }).apply(x)) as SymbolicTensor;
  const y = layers.reLU().apply(layers.dropout({ rate: 0.5 }).apply(normalized));
  let graph = buildGraph(readNetwork(model({ inputs: x, outputs: y as SymbolicTensor })), "m");
  expect(graph.ops.map(({ kind }) => kind)).toEqual(["conv-2d", "mul", "add", "relu"]);
  for (const pass of passes) {
    graph = pass(graph);
    expect(findGraphProblems(graph)).toEqual([]);
  }
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "graph "m"
    %0 = input → "input" float32 [1, 8, 8, 2]
    %2 = constant → "conv2d/filter" float32 [3, 3, 3, 2]
    %3 = constant → "conv2d/bias" float32 [3]
    %1 = conv-2d(input %0, filter %2, bias %3) { padding: valid, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, activation: relu } → "re_lu" float32 [1, 6, 6, 3]
    output %1
    "
  `);
});

test("a batch size that the model fixes becomes 1", () => {
  const network = sequential({ layers: [layers.dense({ batchInputShape: [32, 4], units: 2 })] });
  const { tensors, inputs, outputs } = convertLayersModel(network);
  expect(tensors[inputs[0] ?? -1]?.shape).toEqual([1, 4]);
  expect(tensors[outputs[0] ?? -1]?.shape).toEqual([1, 2]);
});

test("a model that was saved and loaded gives the same graph", async () => {
  const network = studyNetwork();
  let saved: io.ModelArtifacts = {};
  await network.save(
    io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
    }),
  );
  const loaded = await loadLayersModel(io.fromMemory(saved));
  expect(convertLayersModel(loaded)).toEqual(convertLayersModel(network));
});

test("the graph has copies of the weights", () => {
  const network = sequential({
    layers: [layers.depthwiseConv2d({ inputShape: [4, 4, 1], kernelSize: 2 })],
  });
  const graph = convertLayersModel(network);
  const before = structuredClone(graph);
  network.setWeights(network.getWeights().map((weight) => onesLike(weight)));
  network.dispose();
  expect(graph).toEqual(before);
});
