import {
  buildModel,
  evaluateModel,
  selectBackend,
  train,
  type LayersModel,
} from "@smidgen/training";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, test } from "vitest";
import { betaShare, mixedUp } from "../src/mixup.ts";
import { randomAt } from "../src/random-at.ts";
import { splitExamples } from "../src/split-examples.ts";
import { balancedClassWeights, targetsOf } from "../src/targets.ts";
import { tfjsEngine } from "../src/tfjs-engine.ts";
import type { Batch } from "../src/training-engine.ts";
import { wasmEngine } from "../src/wasm-engine/wasm-engine.ts";
import { syntheticExamples } from "./synthetic-examples.ts";
import { differing, noise, setWeights } from "./wasm-engine-reference.ts";

beforeAll(async () => void (await selectBackend("cpu")));

const plain = { classes: 4, labelSmoothing: 0, classWeights: undefined };
const labels = Uint8Array.of(2, 0);

describe("targets", () => {
  test("are the labels where nothing else is asked for", () => {
    expect([...targetsOf(labels, plain)]).toEqual([0, 0, 1, 0, 1, 0, 0, 0]);
  });

  test("smoothed", () => {
    const targets = [...targetsOf(labels, { ...plain, labelSmoothing: 0.2 })];
    const expected = [0.05, 0.05, 0.85, 0.05, 0.85, 0.05, 0.05, 0.05];
    for (const [i, target] of targets.entries()) expect(target).toBeCloseTo(expected[i]!, 6);
  });

  test("weighted by class", () => {
    const classWeights = [3, 1, 0.5, 1];
    expect([...targetsOf(labels, { ...plain, classWeights })]).toEqual([0, 0, 0.5, 0, 3, 0, 0, 0]);
  });

  test("balanced weights make classes count alike, and examples 1 on average", () => {
    const uneven = Uint8Array.of(0, 0, 0, 1, 3, 3);
    const weights = balancedClassWeights(uneven, 4);
    expect(weights).toEqual([6 / 9, 2, 0, 1]);
    expect(uneven.reduce((sum, label) => sum + weights[label]!, 0)).toBeCloseTo(6, 12);
  });
});

describe("mixup", () => {
  test.each([0.1, 0.4, 1, 3])("shares are of Beta(%d, %d)", (alpha) => {
    const random = randomAt(1, 2, 3);
    const shares = Array.from({ length: 20_000 }, () => betaShare(alpha, random));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    // five standard errors of the mean, and of the variance what a Beta's kurtosis allows
    const expected = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(expected / shares.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06);
  });

  test("blends images and targets in the same shares, and labels with the larger", () => {
    const count = 64;
    // an image's first two pixels say which example it is of, and its target too
    const batch: Batch = {
      count,
      shape: [2],
      pixels: Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? 4 * (i / 2) : 255)),
      labels: Uint8Array.from({ length: count }, (_, i) => i),
    };
    const targets = targetsOf(batch.labels, { ...plain, classes: count });
    const mixed = mixedUp(batch, targets, 1, randomAt(7));
    const partners = new Set<number>();
    for (let one = 0; one < count; one++) {
      const row = mixed.targets!.subarray(one * count, (one + 1) * count);
      expect(row.reduce((sum, target) => sum + target, 0)).toBeCloseTo(1, 6);
      const other = row.findIndex((target, c) => target > 0 && c !== one);
      partners.add(other);
      const blend = row[one]! * 4 * one + row[other]! * 4 * other;
      expect(Math.abs(mixed.pixels[2 * one]! - blend)).toBeLessThanOrEqual(0.51);
      expect(mixed.pixels[2 * one + 1]).toBe(255);
      expect(mixed.labels[one]).toBe(row[one]! >= row[other]! ? one : other);
    }
    expect(partners.size).toBe(count);
    expect(batch.labels[5]).toBe(5);
  });

  test("leaves a batch of one as it is", () => {
    const batch = noise(1, [4], 4);
    const mixed = mixedUp(batch, targetsOf(batch.labels, plain), 0.4, randomAt(1));
    expect(mixed.pixels).toEqual(batch.pixels);
    expect(mixed.labels).toEqual(batch.labels);
    expect(mixed.targets!.reduce((sum, target) => sum + target, 0)).toBeCloseTo(1, 6);
  });
});

/** What TensorFlow.js' own operators make of targets and decay, for one step of plain descent. */
function referenceLoss(model: LayersModel, batch: Batch): number {
  return tf.tidy(() => {
    const x = tf.tensor(
      Float32Array.from(batch.pixels, (pixel) => pixel / 255),
      [batch.count, ...batch.shape],
    );
    const probabilities = model.predict(x) as tf.Tensor;
    const targets = tf.tensor(batch.targets!, probabilities.shape);
    return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.log(probabilities)), 1))).dataSync()[0]!;
  });
}

const heads = {
  "softmax in a dense layer": () => [
    layers.flatten({ inputShape: [3, 3, 1] }),
    layers.dense({ units: 5, activation: "softmax" }),
  ],
  "softmax in a convolution": () => [
    layers.conv2d({ inputShape: [3, 3, 1], filters: 5, kernelSize: 3, activation: "softmax" }),
    layers.flatten(),
  ],
};

describe.each(Object.entries(heads))("%s", (_name, build) => {
  test("has the loss and the gradients of targets that are no labels", () => {
    const model = sequential({ layers: build() });
    setWeights(model, 3);
    const batch = { ...noise(6, [3, 3, 1], 5), targets: someTargets(6, 5) };
    const engine = tfjsEngine(model, tf.train.sgd(1e-2));
    const before = model.getWeights()[0]!.dataSync().slice();
    const loss = referenceLoss(model, batch);
    // slopes before the weights move
    const slopes = [0, 7, 23, 44].map((i) => slope(model, batch, i));
    expect(engine.trainBatch(batch).loss).toBeCloseTo(loss, 4);
    const after = model.getWeights()[0]!.dataSync();
    for (const [k, i] of [0, 7, 23, 44].entries()) {
      expect((before[i]! - after[i]!) / 1e-2).toBeCloseTo(slopes[k]!, 2);
    }
  });
});

function slope(model: LayersModel, batch: Batch, i: number): number {
  const [kernel, ...others] = model.getWeights();
  const values = kernel!.dataSync();
  const lossAt = (value: number) => {
    const moved = tf.tensor((values as Float32Array).with(i, value), kernel!.shape);
    model.setWeights([moved, ...others]);
    return referenceLoss(model, batch);
  };
  const found = (lossAt(values[i]! + 1e-2) - lossAt(values[i]! - 1e-2)) / 2e-2;
  lossAt(values[i]!);
  return found;
}

/** Rows that add up to other than 1. */
function someTargets(count: number, classes: number): Float32Array {
  const random = randomAt(11);
  return Float32Array.from({ length: count * classes }, () => (random() % 1000) / 2000);
}

describe("both engines agree", () => {
  const build = () => buildModel("cnn", { inputShape: [6, 6, 1], classes: 10, seed: 3 });

  test("on targets, and on weight decay, for 60 steps", { timeout: 300_000 }, async () => {
    const [theirs, ours] = [await build(), await build()];
    const reference = tfjsEngine(theirs, tf.train.adam(1e-3));
    const engine = await wasmEngine(ours, tf.train.adam(1e-3));
    for (let step = 0; step < 60; step++) {
      const batch = { ...noise(8, [6, 6, 1], 10, step), targets: someTargets(8, 10) };
      const size = { learningRate: 1e-3 * (1 + (step % 5)), weightDecay: 0.3 };
      const [expected, found] = [reference.trainBatch(batch, size), engine.trainBatch(batch, size)];
      expect(found.loss).toBeCloseTo(expected.loss, 4);
      expect(found.correct).toBe(expected.correct);
    }
    await engine.writeBack();
    const names = ours.weights.map((weight) => weight.name);
    const values = (model: LayersModel) => model.getWeights().map((weight) => weight.dataSync());
    expect(differing(names, values(ours), values(theirs), 1e-3)).toEqual([]);
  });

  test("that targets which are labels are labels", async () => {
    const [one, other] = [await build(), await build()];
    const engines = [
      await wasmEngine(one, tf.train.adam(1e-3)),
      await wasmEngine(other, tf.train.adam(1e-3)),
    ] as const;
    for (let step = 0; step < 10; step++) {
      const batch = noise(8, [6, 6, 1], 10, step);
      const targets = targetsOf(batch.labels, { ...plain, classes: 10 });
      const expected = engines[0].trainBatch(batch);
      expect(engines[1].trainBatch({ ...batch, targets }).loss).toBeCloseTo(expected.loss, 5);
    }
  });
});

describe.each(["smidgen-wasm", "cpu"] as const)("weight decay on %s", (backend) => {
  test("shrinks kernels and nothing else, by the learning rate", async () => {
    await selectBackend(backend);
    const model = sequential({
      layers: [
        layers.flatten({ inputShape: [8, 8, 1] }),
        layers.dense({ units: 6, kernelInitializer: "ones", biasInitializer: "ones" }),
        layers.batchNormalization(),
        layers.dense({ units: 10, kernelInitializer: "ones", activation: "softmax" }),
      ],
    });
    // gradients of Adam so small that the decay alone is seen
    model.compile({
      optimizer: tf.train.adam(0.1, 0.9, 0.999, 1e12),
      loss: "sparseCategoricalCrossentropy",
    });
    const data = { train: syntheticExamples(40) };
    await train(data, { model, epochs: 1, batchSize: 20, weightDecay: 0.5 });
    const [kernel, bias, gamma, , lastKernel] = model.getWeights().map((each) => each.dataSync());
    expect(kernel![3]).toBeCloseTo(0.95 ** 2, 5);
    expect(lastKernel![3]).toBeCloseTo(0.95 ** 2, 5);
    expect(bias![0]).toBeCloseTo(1, 5);
    expect(gamma![0]).toBeCloseTo(1, 5);
  });
});

describe("train", () => {
  const more = { train: syntheticExamples(200) };
  const data = { train: syntheticExamples(60), test: syntheticExamples(20, { seed: 2 }) };
  beforeAll(async () => void (await selectBackend("smidgen-wasm")));

  test("learns with everything at once, the same for the same seed", async () => {
    const run = async () => {
      const { model, history } = await train(more, {
        epochs: 12,
        batchSize: 10,
        learningRate: 0.01,
        labelSmoothing: 0.1,
        mixup: 0.2,
        classWeights: "balanced",
        weightDecay: 0.01,
        validationSplit: 0.2,
        schedule: { kind: "cosine", warmUpEpochs: 1 },
      });
      return { history, weights: model.getWeights().map((weight) => weight.dataSync().slice()) };
    };
    const first = await run();
    expect((await run()).weights).toEqual(first.weights);
    expect(first.history.at(-1)!.valAccuracy).toBeGreaterThan(0.7);
    // smoothed targets have an entropy that no network gets below: 0.91 on one class, 0.01 on nine
    const floor = -0.91 * Math.log(0.91) - 0.09 * Math.log(0.01);
    expect(first.history.at(-1)!.loss).toBeGreaterThan(floor);
  });

  test("a class that counts nothing is not learned", async () => {
    const classWeights = Array.from({ length: 10 }, (_, label) => (label === 3 ? 0 : 1));
    const options = { epochs: 8, batchSize: 10, learningRate: 0.01, classWeights };
    const { history } = await train({ train: syntheticExamples(200) }, options);
    expect(history.at(-1)!.accuracy).toBeGreaterThan(0.85);
    expect(history.at(-1)!.accuracy).toBeLessThanOrEqual(0.9);
  });

  test("a validation split is drawn by the seed, never learned from, and all that is looked at", async () => {
    const [kept, heldBack] = splitExamples(data.train, 0.25, 7);
    expect([kept.count, heldBack.count]).toEqual([45, 15]);
    const images = ({ count, images: all }: typeof kept) =>
      Array.from({ length: count }, (_, i) => Buffer.from(all.subarray(i * 64, i * 64 + 64)));
    const both = [...images(kept), ...images(heldBack)].toSorted((a, b) => Buffer.compare(a, b));
    expect(both).toEqual(images(data.train).toSorted((a, b) => Buffer.compare(a, b)));
    expect(splitExamples(data.train, 0.25, 8)[1].images).not.toEqual(heldBack.images);

    const options = { epochs: 2, batchSize: 16, seed: 7 };
    const split = await train(data, { ...options, validationSplit: 0.25 });
    const given = await train({ train: kept, validation: heldBack }, options);
    const records = ({ history }: typeof split) =>
      history.map((record) => ({ ...record, durationMs: 0 }));
    expect(records(split)).toEqual(records(given));
  });

  test.each([
    [{ weightDecay: -1, mixup: 5, labelSmoothing: 1 }, /weightDecay.*labelSmoothing.*mixup/],
    [{ validationSplit: 1 }, /validationSplit is 1/],
    [{ classWeights: [1, -1] }, /classWeights\[1\] is -1/],
    [{ classWeights: [1, 1] }, /2 classWeights for 10 classes/],
    [{ classWeights: Array.from({ length: 10 }, () => 0) }, /all classWeights are 0/],
  ])("refuses %j", async (options, message) => {
    await expect(train(data, options)).rejects.toMatchObject({
      code: "invalid-options",
      message: expect.stringMatching(message) as string,
    });
  });

  test("refuses a split that leaves nothing to learn from, and two kinds of validation", async () => {
    const one = syntheticExamples(1);
    await expect(train({ train: one }, { validationSplit: 0.5 })).rejects.toMatchObject({
      code: "empty-dataset",
    });
    await expect(
      train({ ...data, validation: one }, { validationSplit: 0.5 }),
    ).rejects.toMatchObject({ code: "invalid-options" });
  });

  test("validation examples come before test examples", async () => {
    const validation = syntheticExamples(7, { seed: 9 });
    const { model, history } = await train({ ...data, validation }, { epochs: 1 });
    expect((await evaluateModel(model, validation)).loss).toBe(history[0]!.valLoss);
  });
});
