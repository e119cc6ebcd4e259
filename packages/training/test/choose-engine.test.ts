import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { evaluateModel, selectBackend, train, type LayersModel } from "@smidgen/training";
import { startCpu } from "../src/backends/cpu.ts";
import { chooseBackend } from "../src/backends/select-backend.ts";
import { startSmidgenWasm } from "../src/backends/smidgen-wasm.ts";
import { startWasm } from "../src/backends/wasm.ts";
import { syntheticExamples } from "./synthetic-examples.ts";

vi.setConfig({ testTimeout: 300_000 });

const data = { train: syntheticExamples(60), test: syntheticExamples(20, { seed: 2 }) };

/** A machine without tfjs-node. */
const table = {
  "tfjs-node": () => Promise.reject(new Error("its native add-on is not built")),
  "smidgen-wasm": startSmidgenWasm,
  wasm: startWasm,
  cpu: startCpu,
};

function network(activation: "relu" | "tanh"): LayersModel {
  return sequential({
    layers: [
      layers.flatten({ inputShape: [8, 8, 1] }),
      layers.dense({ name: "hidden", units: 4, activation }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}

describe("where auto has chosen", () => {
  beforeEach(async () => void (await chooseBackend("auto", table)));

  test("our engine trains what it can", async () => {
    const { engine } = await train(data, { model: network("relu"), epochs: 1 });
    expect(engine).toEqual({ name: "smidgen-wasm", reasons: [] });
  });

  test("TensorFlow.js trains the rest, and it is said why", async () => {
    const model = network("tanh");
    const { engine, history } = await train(data, { model, epochs: 2 });
    expect(engine).toEqual({
      name: "TensorFlow.js",
      reasons: ['"hidden" (Dense): the engine has no activation tanh'],
    });
    expect(await evaluateModel(model, data.test)).toEqual({
      loss: history[1]!.valLoss,
      accuracy: history[1]!.valAccuracy,
    });
  });

  test("TensorFlow.js goes on with an optimizer that is not Adam", async () => {
    const model = network("relu");
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "sparseCategoricalCrossentropy" });
    const { engine } = await train(data, { model, epochs: 1 });
    expect(engine).toEqual({
      name: "TensorFlow.js",
      reasons: ["its optimizer is SGD, not Adam"],
    });
  });
});

describe("where our engine was named", () => {
  beforeEach(async () => void (await selectBackend("smidgen-wasm")));

  test("what it cannot train is an error, with every reason", async () => {
    const model = network("tanh");
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "sparseCategoricalCrossentropy" });
    await expect(train(data, { model })).rejects.toMatchObject({
      code: "unsupported-model",
      message: expect.stringMatching(/no activation tanh/) as string,
      hint: expect.stringContaining("auto") as string,
    });
    await expect(evaluateModel(model, data.test)).rejects.toMatchObject({
      code: "unsupported-model",
    });
  });

  test("the model has its weights whenever an epoch has ended", async () => {
    const model = network("relu");
    const sums: number[] = [];
    const sum = () => tf.tidy(() => tf.sum(tf.abs(model.getWeights()[0]!)).dataSync()[0]!);
    const before = sum();
    await train(data, { model, epochs: 2 }, { onEpoch: () => void sums.push(sum()) });
    expect(new Set([before, ...sums]).size).toBe(3);
    expect(sum()).toBe(sums[1]);
  });

  test("the model has its weights when an observer ends the training", async () => {
    const model = network("relu");
    const onBatch = ({ step }: { step: number }) => {
      if (step === 2) throw new Error("enough");
    };
    await expect(train(data, { model, batchSize: 10 }, { onBatch })).rejects.toThrow("enough");
    expect(model.optimizer.iterations).toBe(2);
  });

  test("dropout is as reproducible as the rest", async () => {
    const bytes = async (seed: number) => {
      const model = sequential({
        layers: [
          layers.flatten({ inputShape: [8, 8, 1] }),
          layers.dropout({ rate: 0.5 }),
          layers.dense({ units: 10, kernelInitializer: "zeros", activation: "softmax" }),
        ],
      });
      await train(data, { model, epochs: 2, seed });
      return model.getWeights().map((weight) => weight.dataSync().slice());
    };
    expect(await bytes(1)).toEqual(await bytes(1));
    expect(await bytes(1)).not.toEqual(await bytes(2));
  });
});

test("operators that fell back to plain JavaScript are told", async () => {
  const model = () =>
    sequential({
      layers: [
        layers.conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 3 }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
  const fallbacksOn = async (backend: "wasm" | "cpu" | "smidgen-wasm") => {
    await selectBackend(backend);
    return (await train(data, { model: model(), epochs: 1 })).fallbacks;
  };
  expect(await fallbacksOn("wasm")).toEqual(["Conv2DBackpropFilter", "MaxPoolGrad"]);
  expect(await fallbacksOn("cpu")).toEqual([]);
  expect(await fallbacksOn("smidgen-wasm")).toEqual([]);
  await selectBackend("wasm");
  expect((await train(data, { model: network("relu"), epochs: 1 })).fallbacks).toEqual([]);
});

test("TensorFlow.js trains where one of its backends was chosen", async () => {
  await selectBackend("wasm");
  const { engine } = await train(data, { model: network("relu"), epochs: 1 });
  expect(engine).toEqual({ name: "TensorFlow.js", reasons: [] });
});
