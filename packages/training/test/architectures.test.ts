import { convertLayersModel } from "@smidgen/convert";
import { elementCount, isConstant, multiplyAccumulates } from "@smidgen/graph";
import { readTflite, writeTflite } from "@smidgen/tflite";
import {
  architectures,
  buildModel,
  canTrain,
  selectBackend,
  type ArchitectureName,
  type ConvNetwork,
  type LayersModel,
} from "@smidgen/training";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { wasmEngine } from "../src/wasm-engine/wasm-engine.ts";
import { noise } from "./wasm-engine-reference.ts";

const mnist = { inputShape: [28, 28, 1], classes: 10, seed: 1 };

beforeAll(async () => void (await selectBackend("cpu")));

const names = Object.keys(architectures) as ArchitectureName[];

describe.each(names)("%s", (name) => {
  const { figures } = architectures[name];

  test("has the figures it says it has, once it is a .tflite file", async () => {
    const model = await buildModel(name, { ...figures, seed: 1 });
    const graph = readTflite(writeTflite(convertLayersModel(model)), { name });
    const constants = graph.tensors.filter((t) => isConstant(t) && t.type === "float32");
    expect({
      inputShape: model.inputs[0]!.shape.slice(1),
      classes: model.outputs[0]!.shape[1],
      parameters: model.countParams(),
      multiplyAccumulates: sum(graph.ops.map((op) => multiplyAccumulates(op, graph.tensors))),
      operators: graph.ops.map(({ kind }) => kind).join(" "),
      constants: sum(constants.map(({ shape }) => elementCount(shape))),
    }).toEqual(figures);
    model.dispose();
  });

  test("trains in our engine", async () => {
    const model = await buildModel(name, { ...figures, seed: 1 });
    expect(canTrain(model)).toBe(true);
    const batch = noise(4, figures.inputShape, figures.classes);
    const engine = await wasmEngine(model, tf.train.adam(5e-3));
    const losses = Array.from({ length: 30 }, () => engine.trainBatch(batch).loss);
    expect(losses.every((loss) => Number.isFinite(loss))).toBe(true);
    expect(Math.min(...losses.slice(20))).toBeLessThan(0.7 * losses[0]!);
    model.dispose();
  });

  test("starts the same for the same seed, and not for another", async () => {
    const first = weights(await buildModel(name, { ...figures, seed: 1 }));
    expect(weights(await buildModel(name, { ...figures, seed: 1 }))).toEqual(first);
    expect(weights(await buildModel(name, { ...figures, seed: 2 }))).not.toEqual(first);
  });

  test("names its layers the same, however many were built", async () => {
    const layerNames = async () => {
      const model = await buildModel(name, { ...figures, seed: 1 });
      return model.weights.map(({ originalName }) => originalName);
    };
    expect(await layerNames()).toEqual(await layerNames());
  });

  test("takes other images and numbers of classes", async () => {
    const model = await buildModel(name, { inputShape: [24, 20, 3], classes: 4, seed: 1 });
    expect(model.inputs[0]!.shape).toEqual([null, 24, 20, 3]);
    expect(model.outputs[0]!.shape).toEqual([null, 4]);
  });
});

test("the published figures", async () => {
  expect((await buildModel("cnn", mnist)).countParams()).toBe(21_898);
  expect((await buildModel("mlp", mnist)).countParams()).toBe(22_270);
  // by hand: conv 3·3·1·8 + 8, dense 13·13·8·16 + 16, dense 16·10 + 10
  expect(architectures.cnn.figures.parameters).toBe(80 + 21_648 + 170);
  // dense 784·28 + 28, dense 28·10 + 10
  expect(architectures.mlp.figures.parameters).toBe(21_980 + 290);
  // what the reference models of MLPerf Tiny print (benchmark/training, mlcommons/tiny)
  expect(architectures["ds-cnn"].figures.parameters).toBe(24_908);
  expect(architectures["mobilenet-v1"].figures.parameters).toBe(221_794);
  expect(architectures["resnet-8"].figures.parameters).toBe(78_666);
});

describe("a network described by its widths", () => {
  const network = {
    widths: [12, 24, 48],
    firstKernel: 3,
    firstStride: 1,
    convolution: "plain",
    head: "mean",
  } as const;
  const described = async (changes: Partial<ConvNetwork> = {}) => {
    const model = await buildModel({ ...network, ...changes }, mnist);
    expect(canTrain(model)).toBe(true);
    const graph = convertLayersModel(model);
    const constants = graph.tensors.filter((t) => isConstant(t) && t.type === "float32");
    return {
      operators: graph.ops.map(({ kind }) => kind).join(" "),
      constants: sum(constants.map(({ shape }) => elementCount(shape))),
    };
  };

  test("is what it says", async () => {
    // by hand: filters and biases
    const rest = 12 * 24 * 9 + 24 + 24 * 48 * 9 + 48 + 48 * 10 + 10;
    const pooled = "max-pool-2d conv-2d";
    const mean = "average-pool-2d reshape fully-connected softmax";
    expect(await described()).toEqual({
      operators: `conv-2d ${pooled} ${pooled} ${mean}`,
      constants: 12 * 9 + 12 + rest,
    });
    const wide = await described({ firstKernel: 5, firstStride: 2 });
    expect(wide.constants).toBe(12 * 25 + 12 + rest);
    const separable = "max-pool-2d depthwise-conv-2d conv-2d";
    expect(await described({ convolution: "separable" })).toEqual({
      operators: `conv-2d ${separable} ${separable} ${mean}`,
      constants:
        12 * 9 + 12 + (12 * 9 + 12 + 12 * 24 + 24) + (24 * 9 + 24 + 24 * 48 + 48) + 48 * 10 + 10,
    });
    // 28 → 14 → 7 → 3 pixels
    expect(await described({ widths: [12, 24, 4], head: "flatten" })).toEqual({
      operators: `conv-2d ${pooled} ${pooled} max-pool-2d reshape fully-connected softmax`,
      constants: 12 * 9 + 12 + 12 * 24 * 9 + 24 + 24 * 4 * 9 + 4 + 3 * 3 * 4 * 10 + 10,
    });
  });

  test("takes no images that its pools leave nothing of", async () => {
    const image = { ...mnist, inputShape: [3, 3, 1] };
    await expect(buildModel(network, image)).rejects.toMatchObject({
      code: "shape-mismatch",
      message: expect.stringMatching(/"conv 12-24-48".*\[3, 3, 1\]/) as string,
    });
  });
});

describe.each(["cnn", "mlp"] as const)("%s", (name) => {
  test("starts as Keras does: Glorot uniform kernels, biases of 0", async () => {
    const all = (await buildModel(name, mnist)).weights.map((weight) => ({
      shape: weight.shape as number[],
      values: [...weight.read().dataSync()],
    }));
    const biases = all.filter(({ shape }) => shape.length === 1);
    expect(biases.flatMap(({ values }) => values).every((value) => value === 0)).toBe(true);
    for (const { shape, values } of all.filter((each) => !biases.includes(each))) {
      const receptive = shape.slice(0, -2).reduce((product, size) => product * size, 1);
      const limit = Math.sqrt(6 / (receptive * (shape.at(-2)! + shape.at(-1)!)));
      const largest = Math.max(...values.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(limit);
      expect(largest).toBeGreaterThan(0.9 * limit);
      // a uniform distribution's variance; a normal one cut off at the same limit has less
      const variance = values.reduce((total, value) => total + value ** 2, 0) / values.length;
      const tolerance = 3 / Math.sqrt(values.length);
      expect(Math.abs(variance / (limit ** 2 / 3) - 1)).toBeLessThan(tolerance);
    }
  });

  test("no two layers draw the same numbers", async () => {
    const model = await buildModel(name, mnist);
    const kernels = model.weights.filter(({ shape }) => shape.length > 1);
    const firsts = kernels.map((kernel) => {
      const values = kernel.read().dataSync();
      return values[1]! / values[0]!;
    });
    expect(new Set(firsts).size).toBe(firsts.length);
  });
});

test("an unknown architecture is named, with those there are", async () => {
  await expect(buildModel("vgg" as ArchitectureName, mnist)).rejects.toMatchObject({
    code: "unknown-architecture",
    message: expect.stringContaining('"vgg"') as string,
    hint: expect.stringContaining("cnn, mlp, lenet") as string,
  });
  // not a name inherited from Object
  await expect(buildModel("constructor" as ArchitectureName, mnist)).rejects.toMatchObject({
    code: "unknown-architecture",
  });
});

test("images too small for a convolution are refused", async () => {
  await expect(buildModel("cnn", { ...mnist, inputShape: [2, 2, 1] })).rejects.toMatchObject({
    code: "shape-mismatch",
    message: expect.stringContaining("[2, 2, 1]") as string,
  });
});

function weights(model: LayersModel): number[][] {
  return model.getWeights().map((weight) => [...weight.dataSync()]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
