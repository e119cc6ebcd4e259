import { createHash } from "node:crypto";
import { buildModel, selectBackend } from "@smidgen/training";
import * as tf from "@tensorflow/tfjs-core";
import {
  layers,
  model as layersModel,
  sequential,
  type LayersModel,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, test } from "vitest";
import { batches } from "../src/batches.ts";
import { tfjsEngine, tfjsEvaluator } from "../src/tfjs-engine.ts";
import { canTrain } from "../src/wasm-engine/can-train.ts";
import { wasmEngine, wasmEvaluator } from "../src/wasm-engine/wasm-engine.ts";
import { syntheticExamples } from "./synthetic-examples.ts";
import { differing, noise, setWeights } from "./wasm-engine-reference.ts";

beforeAll(async () => void (await selectBackend("cpu")));

const inputShape = [6, 6, 1];

/** TensorFlow.js in plain JavaScript takes its time. */
const slow = { timeout: 300_000 };

const examplesOf = (count: number) => syntheticExamples(count, { size: 6 });

const valuesOf = (model: LayersModel) => model.getWeights().map((weight) => weight.dataSync());

const networks: Readonly<Record<string, () => Promise<LayersModel>>> = {
  cnn: () => buildModel("cnn", { inputShape, classes: 10, seed: 3 }),
  mlp: () => buildModel("mlp", { inputShape, classes: 10, seed: 3 }),
  async normalized() {
    const model = sequential({
      layers: [
        layers.conv2d({ inputShape, filters: 6, kernelSize: 3, padding: "same", useBias: false }),
        layers.batchNormalization(),
        layers.reLU(),
        // behind a bias, normalization leaves rounding alone to be a gradient
        layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same", useBias: false }),
        layers.conv2d({ filters: 12, kernelSize: 1, useBias: false }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    setWeights(model, 4);
    return model;
  },
};

describe.each(Object.entries(networks))("%s", (_name, build) => {
  test(
    "has the losses of TensorFlow.js for 100 steps, and ends with its weights",
    slow,
    async () => {
      const [theirs, ours] = [await build(), await build()];
      const [theirAdam, ourAdam] = [tf.train.adam(1e-3), tf.train.adam(1e-3)];
      const reference = tfjsEngine(theirs, theirAdam);
      const engine = await wasmEngine(ours, ourAdam);
      const examples = examplesOf(40);
      const losses: number[] = [];
      const expected: number[] = [];
      let isAlike = true;
      while (losses.length < 100) {
        for (const batch of batches(examples, 8)) {
          const theirResult = reference.trainBatch(batch);
          const result = engine.trainBatch(batch);
          losses.push(result.loss);
          expected.push(theirResult.loss);
          isAlike &&= result.correct === theirResult.correct;
        }
      }
      expect(differing(["the loss"], [losses], [expected], 1e-5)).toEqual([]);
      expect(isAlike).toBe(true);
      await engine.writeBack();
      const names = ours.weights.map((weight) => weight.name);
      expect(differing(names, valuesOf(ours), valuesOf(theirs), 1e-3)).toEqual([]);
      const [theirState, ourState] = [await theirAdam.getWeights(), await ourAdam.getWeights()];
      const stateOf = (state: typeof ourState) => state.map(({ tensor }) => tensor.dataSync());
      expect(ourState.map(({ tensor }) => tensor.shape)).toEqual(
        theirState.map(({ tensor }) => tensor.shape),
      );
      const stateNames = theirState.map(({ name }) => name);
      expect(differing(stateNames, stateOf(ourState), stateOf(theirState), 5e-3)).toEqual([]);
    },
  );

  test("says of other examples what TensorFlow.js says", async () => {
    const model = await build();
    const optimizer = tf.train.adam(1e-2);
    const engine = await wasmEngine(model, optimizer);
    for (const batch of batches(examplesOf(64), 16)) engine.trainBatch(batch);
    await engine.writeBack();
    const batch = noise(50, inputShape, 10);
    const expected = tfjsEvaluator(model).evaluateBatch(batch);
    // in parts of 16, as there is room for, and in one
    for (const evaluator of [engine, await wasmEvaluator(model)]) {
      const result = evaluator.evaluateBatch(batch);
      expect(result.loss).toBeCloseTo(expected.loss, 4);
      expect(result.correct).toBe(expected.correct);
    }
  });
});

test("the same bytes come out on every machine", async () => {
  const model = await networks["normalized"]!();
  const engine = await wasmEngine(model, tf.train.adam(1e-2));
  for (let step = 0; step < 20; step++) engine.trainBatch(noise(16, inputShape, 10, step));
  await engine.writeBack();
  const digest = createHash("sha256");
  for (const weight of model.getWeights()) digest.update(new Uint8Array(weight.dataSync().buffer));
  expect(digest.digest("hex")).toMatchInlineSnapshot(
    `"bbb39f86f1bb6cfba17c432cfcd613ac7d85b87cda05dd670da239b5bb36b7ba"`,
  );
});

test("training goes on in TensorFlow.js where the engine stopped, and the other way round", async () => {
  const examples = examplesOf(64);
  const [first, ...others] = batches(examples, 16);
  const [alone, shared] = [await networks["cnn"]!(), await networks["cnn"]!()];
  const [aloneAdam, sharedAdam] = [tf.train.adam(1e-2), tf.train.adam(1e-2)];
  const reference = tfjsEngine(alone, aloneAdam);
  for (const batch of [first!, ...others]) reference.trainBatch(batch);
  for (const batch of [first!, ...others]) reference.trainBatch(batch);

  tfjsEngine(shared, sharedAdam).trainBatch(first!);
  const engine = await wasmEngine(shared, sharedAdam);
  for (const batch of [...others, first!]) engine.trainBatch(batch);
  await engine.writeBack();
  const back = tfjsEngine(shared, sharedAdam);
  for (const batch of others) back.trainBatch(batch);
  expect(sharedAdam.iterations).toBe(8);
  const names = shared.weights.map((weight) => weight.name);
  expect(differing(names, valuesOf(shared), valuesOf(alone), 1e-4)).toEqual([]);
});

test("what is frozen stays, and the rest trains as in TensorFlow.js", async () => {
  const build = async () => {
    const model = await networks["normalized"]!();
    for (const layer of model.layers.slice(0, 4)) layer.trainable = false;
    return model;
  };
  const [theirs, ours] = [await build(), await build()];
  const before = valuesOf(ours).map((values) => values.slice());
  const reference = tfjsEngine(theirs, tf.train.adam(1e-2));
  const engine = await wasmEngine(ours, tf.train.adam(1e-2));
  for (const batch of batches(examplesOf(64), 16)) {
    expect(engine.trainBatch(batch).loss).toBeCloseTo(reference.trainBatch(batch).loss, 4);
  }
  await engine.writeBack();
  const names = ours.weights.map((weight) => weight.name);
  expect(differing(names, valuesOf(ours), valuesOf(theirs), 1e-3)).toEqual([]);
  const moved = differing(names, valuesOf(ours), before, 0).length;
  const moving = names.filter((name) => name.includes("moving_")).length;
  expect(moved).toBe(ours.trainableWeights.length + moving);
  expect(ours.trainableWeights.length).toBeLessThan(names.length - moving);
});

describe("dropout", () => {
  const build = (seed?: number) => {
    const model = sequential({
      layers: [
        layers.dropout({ inputShape: [4000], rate: 0.25, ...(seed !== undefined && { seed }) }),
        layers.dense({ units: 2, useBias: false, activation: "softmax" }),
      ],
    });
    // logits: the sum of what is left, and 0
    const kernel = Float32Array.from({ length: 8000 }, (_, i) => (i % 2 === 0 ? 1e-3 : 0));
    model.setWeights([tf.tensor(kernel, [4000, 2])]);
    return model;
  };
  const batch = { ...noise(1, [4000], 1), pixels: new Uint8Array(4000).fill(255) };
  const still = () => tf.train.adam(0);
  /** The sum of the 4000 values, each 0 or 4/3 in training. */
  const sumOf = (loss: number) => -1e3 * Math.log(Math.expm1(loss));

  test("drops the share it should, and makes up for it", async () => {
    const engine = await wasmEngine(build(), still());
    for (let step = 0; step < 20; step++) {
      const kept = (sumOf(engine.trainBatch(batch).loss) * 3) / 4;
      // five standard deviations
      expect(Math.abs(kept - 3000)).toBeLessThan(5 * Math.sqrt(4000 * 0.25 * 0.75));
    }
    expect(sumOf(engine.evaluateBatch(batch).loss)).toBeCloseTo(4000, 0);
  });

  test("drops by seed and step", async () => {
    const losses = async (engineSeed: number, layerSeed?: number) => {
      const engine = await wasmEngine(build(layerSeed), still(), { seed: engineSeed });
      return Array.from({ length: 5 }, () => engine.trainBatch(batch).loss);
    };
    const first = await losses(1);
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
    expect(await losses(2, 7)).toEqual(await losses(1, 7));
    expect(await losses(1, 7)).not.toEqual(first);
  });

  test("goes on with other numbers where training stopped", async () => {
    const [whole, parts] = [build(), build()];
    const [wholeAdam, partsAdam] = [still(), still()];
    const engine = await wasmEngine(whole, wholeAdam);
    const expected = Array.from({ length: 4 }, () => engine.trainBatch(batch).loss);
    const before = await wasmEngine(parts, partsAdam);
    const found = [before.trainBatch(batch).loss, before.trainBatch(batch).loss];
    await before.writeBack();
    const after = await wasmEngine(parts, partsAdam);
    found.push(after.trainBatch(batch).loss, after.trainBatch(batch).loss);
    expect(found).toEqual(expected);
  });

  test("takes gradients back through what it kept", async () => {
    const model = sequential({
      layers: [
        layers.dense({ inputShape: [6], units: 8 }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    setWeights(model);
    const { makeMachine } = await import("../src/wasm-engine/machine.ts");
    const { readNetwork } = await import("../src/wasm-engine/read-network.ts");
    const read = readNetwork(model);
    if (!("network" in read)) throw new Error(read.reasons.join());
    const machine = makeMachine(read.network, { seed: 1, trains: true });
    machine.reserve(5);
    for (const { weight } of machine.parameters.all) {
      machine.write("weights", weight, weight.variable.dataSync());
    }
    const examples = noise(5, [6], 3);
    machine.forward(examples, 0, 5, 7);
    machine.backward();
    const { weight } = machine.parameters.all[0]!;
    const gradient = machine.read("gradients", weight);
    const before = machine.read("weights", weight);
    for (const i of [0, 5, 17, 40, 47]) {
      const lossAt = (value: number) => {
        machine.write("weights", weight, before.with(i, value));
        return machine.forward(examples, 0, 5, 7).lossSum / 5;
      };
      const slope = (lossAt(before[i]! + 1e-3) - lossAt(before[i]! - 1e-3)) / 2e-3;
      expect(gradient[i]).toBeCloseTo(slope, 3);
    }
  });
});

test("a loss that is no number is told", async () => {
  const model = await networks["cnn"]!();
  const engine = await wasmEngine(model, tf.train.adam(1e30));
  const [batch] = batches(examplesOf(16), 16);
  const losses = Array.from({ length: 5 }, () => engine.trainBatch(batch!).loss);
  expect(losses[0]).toBeGreaterThan(0);
  expect(losses.some((loss) => !Number.isFinite(loss))).toBe(true);
});

test("batches may grow and shrink", async () => {
  const [theirs, ours] = [await networks["cnn"]!(), await networks["cnn"]!()];
  const reference = tfjsEngine(theirs, tf.train.adam(1e-3));
  const engine = await wasmEngine(ours, tf.train.adam(1e-3));
  for (const [i, count] of [4, 9, 1, 33, 2].entries()) {
    const batch = noise(count, inputShape, 10, i);
    expect(engine.trainBatch(batch).loss).toBeCloseTo(reference.trainBatch(batch).loss, 4);
  }
});

test("a batch for which there is not enough memory is the user's to make smaller", async () => {
  const engine = await wasmEngine(await networks["cnn"]!(), tf.train.adam(1e-3));
  const batch = noise(4, inputShape, 10);
  // 4 GiB are all that WebAssembly has
  expect(() => engine.trainBatch({ ...batch, count: 50_000_000 })).toThrow(
    expect.objectContaining({
      code: "out-of-memory",
      message: expect.stringMatching(/needs [\d,]+ MiB of WebAssembly memory/) as string,
    }) as Error,
  );
  expect(engine.trainBatch(batch).loss).toBeGreaterThan(0);
});

test("nothing is left behind", slow, async () => {
  const model = await networks["normalized"]!();
  const [batch] = batches(examplesOf(16), 16);
  const optimizer = tf.train.adam(1e-3);
  let tensors = 0;
  // each engine reserves address space, of which there would not be enough for so many
  for (let round = 0; round < 150; round++) {
    const engine = await wasmEngine(model, optimizer);
    engine.trainBatch(batch!);
    await engine.writeBack();
    await engine.writeBack();
    if (round === 0) tensors = tf.memory().numTensors;
  }
  expect(tf.memory().numTensors).toBe(tensors);
});

describe("canTrain", () => {
  const dense = () => layers.dense({ units: 3, activation: "softmax" });
  const flatten = (shape: number[]) => layers.flatten({ inputShape: shape });
  const image = [6, 6, 4];

  test.each(Object.entries(networks))("says yes to %s", async (_name, build) => {
    expect(canTrain(await build())).toBe(true);
  });

  test.each<[string, () => LayersModel, RegExp]>([
    [
      "a layer there is not",
      () => sequential({ layers: [flatten(image), layers.elu(), dense()] }),
      /\(ELU\): the engine has no such layer/,
    ],
    [
      "an activation there is not",
      () =>
        sequential({
          layers: [flatten(image), layers.dense({ units: 2, activation: "tanh" }), dense()],
        }),
      /no activation tanh/,
    ],
    [
      "a regularizer",
      () =>
        sequential({
          layers: [
            flatten(image),
            layers.dense({ units: 3, activation: "softmax", kernelRegularizer: "l1l2" }),
          ],
        }),
      /it has a kernelRegularizer/,
    ],
    [
      "a constraint",
      () =>
        sequential({
          layers: [
            flatten(image),
            layers.dense({ units: 3, activation: "softmax", biasConstraint: "nonNeg" }),
          ],
        }),
      /it has a biasConstraint/,
    ],
    [
      "dilation",
      () =>
        sequential({
          layers: [
            layers.conv2d({ inputShape: image, filters: 2, kernelSize: 2, dilationRate: 2 }),
            layers.flatten(),
            dense(),
          ],
        }),
      /it is dilated/,
    ],
    [
      "several filters for a channel",
      () =>
        sequential({
          layers: [
            layers.depthwiseConv2d({ inputShape: image, kernelSize: 2, depthMultiplier: 2 }),
            layers.flatten(),
            dense(),
          ],
        }),
      /its depthMultiplier is not 1/,
    ],
    [
      "another axis",
      () =>
        sequential({
          layers: [
            layers.batchNormalization({ inputShape: image, axis: 1 }),
            layers.flatten(),
            dense(),
          ],
        }),
      /it normalizes axis 1/,
    ],
    [
      "no softmax",
      () => sequential({ layers: [flatten(image), layers.dense({ units: 3 })] }),
      /it does not end in softmax/,
    ],
    [
      "softmax in the middle",
      () => sequential({ layers: [flatten(image), dense(), layers.dense({ units: 3 })] }),
      /it comes after softmax/,
    ],
    [
      "softmax over a flattened image",
      () => sequential({ layers: [flatten(image), layers.softmax()] }),
      /no dense layer stands between Flatten and softmax/,
    ],
    [
      "images of any size",
      () =>
        sequential({
          layers: [
            layers.conv2d({ inputShape: [null, null, 1], filters: 2, kernelSize: 2 }),
            layers.globalAveragePooling2d({}),
            dense(),
          ],
        }),
      /the first \[\?, \?, 1\]/,
    ],
    [
      "branches that come together in other ways than by adding",
      () => {
        const input = layers.input({ shape: [4] });
        const a = layers.dense({ units: 3 }).apply(input) as SymbolicTensor;
        const b = layers.dense({ units: 3 }).apply(input) as SymbolicTensor;
        const both = layers.concatenate().apply([a, b]) as SymbolicTensor;
        return layersModel({ inputs: input, outputs: dense().apply(both) as SymbolicTensor });
      },
      /\(Concatenate\): it takes several tensors/,
    ],
    [
      "a layer used twice",
      () => {
        const input = layers.input({ shape: [4] });
        const twice = layers.dense({ units: 4 });
        const once = twice.apply(input) as SymbolicTensor;
        const again = twice.apply(once) as SymbolicTensor;
        return layersModel({ inputs: input, outputs: dense().apply(again) as SymbolicTensor });
      },
      /does not take what the layers before it put out, each once/,
    ],
    [
      "flattened images added up",
      () => {
        const input = layers.input({ shape: [3, 3, 5] });
        const flat = layers.flatten().apply(input) as SymbolicTensor;
        const sum = layers.add().apply([flat, flat]) as SymbolicTensor;
        return layersModel({ inputs: input, outputs: dense().apply(sum) as SymbolicTensor });
      },
      /\(Add\): it adds flattened images/,
    ],
    [
      "a tensor that is flattened and convolved",
      () => {
        const input = layers.input({ shape: [3, 3, 4] });
        const wide = layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" });
        const x = wide.apply(input) as SymbolicTensor;
        const flat = layers.dense({ units: 3 }).apply(layers.flatten().apply(x)) as SymbolicTensor;
        const other = layers.conv2d({ filters: 3, kernelSize: 3, padding: "same" });
        const mean = layers.globalAveragePooling2d({}).apply(other.apply(x)) as SymbolicTensor;
        const sum = layers.add().apply([flat, mean]) as SymbolicTensor;
        return layersModel({ inputs: input, outputs: dense().apply(sum) as SymbolicTensor });
      },
      /a tensor is flattened, and taken by a layer with a window too/,
    ],
  ])("says no to %s", async (_name, build, reason) => {
    const model = build();
    expect(String(canTrain(model))).toMatch(reason);
    await expect(wasmEngine(model, tf.train.adam())).rejects.toMatchObject({
      code: "unsupported-model",
    });
  });

  test("says no to other optimizers", async () => {
    const model = await networks["mlp"]!();
    await expect(wasmEngine(model, tf.train.sgd(0.1))).rejects.toMatchObject({
      code: "unsupported-model",
    });
  });
});
