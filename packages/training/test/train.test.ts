import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { layers, regularizers, sequential, type Sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  buildModel,
  evaluateModel,
  selectBackend,
  train,
  type BatchProgress,
  type EpochRecord,
  type LayersModel,
} from "@smidgen/training";
import { Memory, type WasmMemory } from "../src/wasm-engine/web-assembly.ts";
import { syntheticExamples } from "./synthetic-examples.ts";

// a machine that does something else besides is no reason to fail
vi.setConfig({ testTimeout: 300_000 });

const data = { train: syntheticExamples(200), test: syntheticExamples(50, { seed: 2 }) };
const few = { train: syntheticExamples(60), test: syntheticExamples(20, { seed: 2 }) };

type Layer = Parameters<Sequential["add"]>[0];

describe.each(["smidgen-wasm", "wasm", "cpu"] as const)("on %s", (backend) => {
  beforeAll(async () => void (await selectBackend(backend)));

  // a convolution takes its time in plain JavaScript
  test.each(backend === "cpu" ? (["mlp"] as const) : (["cnn", "mlp"] as const))(
    "%s learns what can be learned",
    async (architecture) => {
      const options = { architecture, epochs: 8, batchSize: 10, learningRate: 0.01 };
      const { model, history } = await train(data, options);
      expect(history).toHaveLength(8);
      expect(history[0]!.loss).toBeGreaterThan(1);
      expect(history.at(-1)!.accuracy).toBeGreaterThan(0.95);
      expect(history.at(-1)!.valAccuracy).toBeGreaterThan(0.95);
      // what softmax puts out, not logits
      const sums = model.predict(tf.ones([3, 8, 8, 1])) as tf.Tensor;
      expect(sum(sums.dataSync())).toBeCloseTo(3, 5);
    },
  );

  test("the same seed gives the same bytes, another seed others", async () => {
    const bytes = async (seed: number) => {
      const { model } = await train({ train: few.train }, { epochs: 2, seed });
      return model.getWeights().map((weight) => Buffer.from(weight.dataSync().slice().buffer));
    };
    const first = await bytes(1);
    expect(await bytes(1)).toEqual(first);
    expect(await bytes(2)).not.toEqual(first);
  });

  test("tensors and memory are flat over epochs, with everything there is", async () => {
    const folder = await mkdtemp(join(tmpdir(), "flat-"));
    // of the engine's memory
    const { prototype } = Memory as unknown as { readonly prototype: WasmMemory };
    const grow = vi.spyOn(prototype, "grow");
    const counts: unknown[] = [];
    const onEpoch = () => {
      const { numTensors, numBytes, numDataBuffers } = tf.memory();
      counts.push({ numTensors, numBytes, numDataBuffers, grown: grow.mock.calls.length });
    };
    const options = {
      epochs: 6,
      batchSize: 16,
      validationSplit: 0.2,
      schedule: { kind: "cosine" },
      augmentation: { shift: 1, elastic: { pixels: 1 } },
      mixup: 0.2,
      labelSmoothing: 0.1,
      weightDecay: 0.01,
      classWeights: "balanced",
      earlyStopping: {},
      checkpoint: { file: join(folder, "checkpoint"), everySteps: 1 },
    } as const;
    const before = tf.memory().numTensors;
    const { model } = await train(few, options, { onEpoch });
    expect(counts).toEqual(counts.map(() => counts[0]));
    // and what is left in the end is the model's and its optimizer's
    const state = await model.optimizer.getWeights();
    state[0]!.tensor.dispose();
    const own = model.weights.length + state.length - 1;
    // Adam's two powers
    expect(tf.memory().numTensors - before).toBe(own + 2);
    grow.mockRestore();
    await rm(folder, { recursive: true });
  });

  // one batch of everything, so that the order does not matter
  test("computes what fit of tfjs computes", async () => {
    const options = { inputShape: [8, 8, 1], classes: 10, seed: 5 };
    const theirs = await buildModel("cnn", options);
    const ours = await buildModel("cnn", options);
    theirs.compile({
      optimizer: tf.train.adam(0.01),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const fitted = await theirs.fit(...tensors(few.train), {
      epochs: 4,
      batchSize: 60,
      validationData: tensors(few.test),
    });
    const { history } = await train(few, {
      model: ours,
      epochs: 4,
      batchSize: 60,
      learningRate: 0.01,
    });
    for (const [index, record] of history.entries()) {
      const { loss, acc, val_loss, val_acc } = fitted.history as Record<string, number[]>;
      expect(record.loss).toBeCloseTo(loss![index]!, 4);
      expect(record.accuracy).toBeCloseTo(acc![index]!, 4);
      expect(record.valLoss).toBeCloseTo(val_loss![index]!, 4);
      expect(record.valAccuracy).toBeCloseTo(val_acc![index]!, 4);
    }
    for (const [index, weight] of ours.getWeights().entries()) {
      expectClose(weight, theirs.getWeights()[index]!);
    }
  });
});

describe("what an observer sees", () => {
  beforeAll(async () => void (await selectBackend("wasm")));

  test("every batch and epoch, with means over the epoch so far", async () => {
    const batches: BatchProgress[] = [];
    const epochs: EpochRecord[] = [];
    const { history } = await train(
      { train: data.train },
      { epochs: 2, batchSize: 64 },
      { onBatch: (batch) => batches.push(batch), onEpoch: (epoch) => void epochs.push(epoch) },
    );
    // 200 = 64 + 64 + 64 + 8
    expect(batches.map(({ epoch, step, steps }) => [epoch, step, steps])).toEqual([
      [1, 1, 4],
      [1, 2, 4],
      [1, 3, 4],
      [1, 4, 4],
      [2, 1, 4],
      [2, 2, 4],
      [2, 3, 4],
      [2, 4, 4],
    ]);
    expect(epochs).toEqual(history);
    expect(batches[3]).toMatchObject({ loss: history[0]!.loss, accuracy: history[0]!.accuracy });
    expect(batches[7]).toMatchObject({ loss: history[1]!.loss, accuracy: history[1]!.accuracy });
    expect(history[0]).not.toHaveProperty("valLoss");
  });

  test("the mean counts examples, not batches", async () => {
    const { model } = await train({ train: data.train }, { epochs: 1 });
    // a rate that changes nothing: then the epoch's loss is the loss of all examples
    const { history } = await train(
      { train: data.train },
      { model, epochs: 1, batchSize: 192, learningRate: 1e-30 },
    );
    const { loss, accuracy } = await evaluateModel(model, data.train);
    expect(history[0]!.loss).toBeCloseTo(loss, 5);
    expect(history[0]!.accuracy).toBeCloseTo(accuracy, 10);
  });

  test("what it throws ends the training", async () => {
    const onBatch = () => {
      throw new Error("enough");
    };
    await expect(train(data, {}, { onBatch })).rejects.toThrow("enough");
  });
});

describe("a model of one's own", () => {
  beforeAll(async () => void (await selectBackend("wasm")));

  const trainable = { epochs: 8, batchSize: 16, learningRate: 0.02 };
  const flatten = () => layers.flatten({ inputShape: [8, 8, 1] });

  test.each<[string, () => LayersModel]>([
    [
      "a dense layer with softmax",
      () => network(flatten(), layers.dense({ units: 10, activation: "softmax" })),
    ],
    [
      "one without a bias",
      () => network(flatten(), layers.dense({ units: 10, useBias: false, activation: "softmax" })),
    ],
    ["softmax as a layer", () => network(flatten(), layers.dense({ units: 10 }), layers.softmax())],
    [
      "softmax as an activation layer",
      () =>
        network(
          flatten(),
          layers.dense({ units: 10 }),
          layers.activation({ activation: "softmax" }),
        ),
    ],
    [
      "softmax within a convolution",
      () =>
        network(
          layers.conv2d({
            inputShape: [8, 8, 1],
            filters: 10,
            kernelSize: 8,
            activation: "softmax",
          }),
          layers.flatten(),
        ),
    ],
    [
      "a model within a model",
      () => network(network(flatten(), layers.dense({ units: 10, activation: "softmax" }))),
    ],
  ])("may end in %s", async (_, build) => {
    const model = build();
    const { history } = await train(data, { ...trainable, model });
    expect(history.at(-1)!.accuracy).toBeGreaterThan(0.8);
    const output = model.predict(tf.ones([2, 8, 8, 1])) as tf.Tensor;
    expect(sum(output.dataSync())).toBeCloseTo(2, 5);
  });

  test.each<[string, () => LayersModel]>([
    ["linear", () => network(flatten(), layers.dense({ units: 10 }))],
    ["sigmoid", () => network(flatten(), layers.dense({ units: 10, activation: "sigmoid" }))],
    [
      "relu",
      () =>
        network(flatten(), layers.dense({ units: 10 }), layers.activation({ activation: "relu" })),
    ],
  ])("may not end in %s", async (activation, build) => {
    await expect(train(data, { model: build() })).rejects.toMatchObject({
      code: "unsupported-model",
      message: expect.stringMatching(`${activation}.*softmax`) as string,
    });
  });

  test("must have something to train", async () => {
    const model = network(flatten(), layers.dense({ units: 10, activation: "softmax" }));
    for (const layer of model.layers) layer.trainable = false;
    await expect(train(data, { model })).rejects.toMatchObject({ code: "unsupported-model" });
  });

  test("penalties of regularizers count, as in fit", async () => {
    const build = () =>
      network(
        flatten(),
        layers.dense({
          units: 10,
          activation: "softmax",
          kernelInitializer: "ones",
          kernelRegularizer: regularizers.l2({ l2: 0.01 }),
        }),
      );
    const theirs = build();
    theirs.compile({ optimizer: tf.train.sgd(0.1), loss: "sparseCategoricalCrossentropy" });
    const ours = build();
    ours.compile({ optimizer: tf.train.sgd(0.1), loss: "sparseCategoricalCrossentropy" });
    const fitted = await theirs.fit(...tensors(data.train), { epochs: 3, batchSize: 200 });
    const { history } = await train(
      { train: data.train },
      { model: ours, epochs: 3, batchSize: 200 },
    );
    // 640 ones at 0.01 each, and ln 10
    expect(history[0]!.loss).toBeCloseTo(6.4 + Math.log(10), 3);
    const losses = fitted.history["loss"] as number[];
    for (const [index, { loss }] of history.entries()) expect(loss).toBeCloseTo(losses[index]!, 4);
  });

  test("goes on with the optimizer it has", async () => {
    const whole = await train({ train: data.train }, { epochs: 1, batchSize: 200, seed: 3 });
    await train({ train: data.train }, { model: whole.model, epochs: 1, batchSize: 200, seed: 3 });
    const again = await train({ train: data.train }, { epochs: 2, batchSize: 200, seed: 3 });
    expect(whole.model.optimizer.iterations).toBe(2);
    for (const [index, weight] of whole.model.getWeights().entries()) {
      expectClose(weight, again.model.getWeights()[index]!);
    }
  });

  test("a learning rate given is taken over, the optimizer's state kept", async () => {
    const { model } = await train({ train: data.train }, { epochs: 1 });
    await train({ train: data.train }, { model, epochs: 1, learningRate: 0.5 });
    expect(model.optimizer.getConfig()).toMatchObject({ learningRate: 0.5, beta1: 0.9 });
    expect(model.optimizer.iterations).toBe(2 * 7);
  });

  test("a learning rate for an optimizer that is not Adam is refused", async () => {
    const model = network(flatten(), layers.dense({ units: 10, activation: "softmax" }));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "sparseCategoricalCrossentropy" });
    await expect(train(data, { model, learningRate: 0.1 })).rejects.toMatchObject({
      code: "invalid-options",
      message: expect.stringContaining("SGD") as string,
    });
  });

  test("dilated convolutions are refused by name", async () => {
    const model = network(
      layers.conv2d({
        name: "wide",
        inputShape: [8, 8, 1],
        filters: 2,
        kernelSize: 2,
        dilationRate: 2,
      }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    );
    await expect(train(data, { model })).rejects.toMatchObject({
      code: "unsupported-layer",
      message: expect.stringContaining('"wide" (Conv2D)') as string,
    });
    // what needs no gradient works
    expect((await evaluateModel(model, data.test)).accuracy).toBeGreaterThanOrEqual(0);
  });

  test("a gradient that the backend lacks is the user's to avoid", async () => {
    const model = network(
      flatten(),
      layers.embedding({ inputDim: 2, outputDim: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    );
    await expect(train(data, { model })).rejects.toMatchObject({
      code: "unsupported-layer",
      message: expect.stringContaining("backend wasm, which lacks UnsortedSegmentSum") as string,
    });
  });
});

describe("bad input", () => {
  beforeAll(async () => void (await selectBackend("wasm")));

  const { images, labels, shape } = data.train;

  test.each([
    [{ epochs: 0 }, /epochs is 0/],
    [{ batchSize: 1.5 }, /batchSize is 1.5/],
    [{ learningRate: -1 }, /learningRate is -1/],
    [{ learningRate: Number.NaN }, /learningRate is NaN/],
    [{ seed: -1 }, /seed is -1/],
    [
      { epochs: 0, seed: 2 ** 32, learningRate: 0 },
      /epochs is 0.*seed is 4294967296.*learningRate is 0/,
    ],
  ])("options %j", async (options, message) => {
    await expect(train(data, options)).rejects.toMatchObject({
      code: "invalid-options",
      message: expect.stringMatching(message) as string,
    });
  });

  test.each([
    [
      "empty-dataset",
      /train examples are empty/,
      { count: 0, images: new Uint8Array(0), labels: new Uint8Array(0) },
    ],
    ["shape-mismatch", /12,736 image bytes.*200 images.*12,800/, { images: images.subarray(64) }],
    ["shape-mismatch", /199 labels for 200 images/, { labels: labels.subarray(1) }],
    [
      "shape-mismatch",
      /12,736 image bytes.*199 labels/,
      { images: images.subarray(64), labels: labels.subarray(1) },
    ],
    [
      "invalid-labels",
      /2 of 200 train labels are not below 10.*labels\[7\] = 12/,
      { labels: withLabel(labels, [7, 9], 12) },
    ],
  ])("%s: %s", async (code, message, change) => {
    const changed = { ...data.train, ...change };
    await expect(train({ train: changed })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test("validation examples of another shape than the model's", async () => {
    const other = syntheticExamples(20, { size: 9 });
    await expect(train({ train: data.train, test: other })).rejects.toMatchObject({
      code: "shape-mismatch",
      message: expect.stringMatching(/test examples.*\[9, 9, 1\].*\[8, 8, 1\]/) as string,
    });
    const { model } = await train({ train: data.train }, { epochs: 1 });
    await expect(evaluateModel(model, other)).rejects.toMatchObject({ code: "shape-mismatch" });
  });

  test("the number of classes comes from the data, where it says so", async () => {
    const twelve = Array.from({ length: 12 }, (_, index) => `class ${index}`);
    const { model } = await train({ train: few.train, classes: twelve }, { epochs: 1 });
    expect(model.outputs[0]!.shape).toEqual([null, 12]);
    const ten = await train({ train: few.train }, { epochs: 1 });
    expect(ten.model.outputs[0]!.shape).toEqual([null, 10]);
  });

  test("a network and the name of another", async () => {
    const model = await buildModel("cnn", { inputShape: shape, classes: 10, seed: 1 });
    await expect(train(data, { model, architecture: "mlp" })).rejects.toMatchObject({
      code: "invalid-options",
    });
  });

  test("weights that are not numbers", async () => {
    const model = await buildModel("mlp", { inputShape: shape, classes: 10, seed: 1 });
    model.setWeights(model.getWeights().map((weight) => tf.mul(weight, Number.NaN)));
    await expect(train(data, { model })).rejects.toMatchObject({
      code: "diverged",
      message: "the loss became NaN in epoch 1, step 1",
      hint: expect.stringContaining("weights that the training began with") as string,
    });
  });

  test("a learning rate that throws the weights out of all bounds in the last step", async () => {
    await expect(
      train(few, { epochs: 1, batchSize: 60, learningRate: 3e38 }),
    ).rejects.toMatchObject({
      code: "diverged",
      message: expect.stringMatching(/(NaN|Infinity) in the validation after epoch 1/) as string,
    });
  });

  test("a loss that leaves all bounds is told with step, learning rate and what to try", async () => {
    await expect(
      train(few, { epochs: 3, batchSize: 10, learningRate: 1e30 }),
    ).rejects.toMatchObject({
      code: "diverged",
      message: expect.stringMatching(
        /^the loss became (NaN|Infinity) in epoch 1, step [2-6]$/,
      ) as string,
      hint: expect.stringMatching(/learning rate was 1e\+30.*mean loss.*warmUpEpochs/) as string,
    });
  });
});

function network(...list: Layer[]): LayersModel {
  return sequential({ layers: list });
}

function tensors({ count, shape, images, labels }: typeof data.train): [tf.Tensor, tf.Tensor] {
  const x = Float32Array.from(images, (pixel) => pixel / 255);
  return [tf.tensor(x, [count, ...shape]), tf.tensor(Float32Array.from(labels), [count, 1])];
}

function withLabel(labels: Uint8Array, positions: readonly number[], label: number): Uint8Array {
  return labels.map((each, index) => (positions.includes(index) ? label : each));
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}

function expectClose(actual: tf.Tensor, expected: tf.Tensor): void {
  const wanted = expected.dataSync();
  for (const [index, value] of actual.dataSync().entries()) {
    expect(value).toBeCloseTo(wanted[index]!, 3);
  }
}
