import {
  evaluateModel,
  selectBackend,
  train,
  type EpochRecord,
  type TrainOptions,
} from "@smidgen/training";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, test } from "vitest";
import { isBetter, isPatienceOver } from "../src/early-stopping.ts";
import { syntheticExamples } from "./synthetic-examples.ts";

const data = {
  train: syntheticExamples(60),
  // labels that say nothing: sure of itself, a network does worse and worse
  validation: {
    ...syntheticExamples(40, { seed: 2 }),
    labels: Uint8Array.from({ length: 40 }, (_, i) => (i * 7 + 3) % 10),
  },
  test: syntheticExamples(20, { seed: 3 }),
};

const record = (figures: Partial<EpochRecord>): EpochRecord => ({
  epoch: 1,
  epochs: 9,
  steps: 1,
  loss: 1,
  accuracy: 0.5,
  durationMs: 1,
  ...figures,
});

describe.each(["smidgen-wasm", "wasm"] as const)("on %s", (backend) => {
  beforeEach(async () => void (await selectBackend(backend)));

  const wild: TrainOptions = { epochs: 30, batchSize: 20, learningRate: 0.01, architecture: "mlp" };

  test("ends when patience is over, with the weights of the best epoch", async () => {
    const earlyStopping = { patience: 3 };
    const { model, history, end, restoredEpoch } = await train(data, { ...wild, earlyStopping });
    expect(end).toBe("stopped-early");
    const losses = history.map(({ valLoss }) => valLoss!);
    const least = Math.min(...losses);
    expect(losses.indexOf(least)).toBe(history.length - 4);
    expect(restoredEpoch).toBe(history.length - 3);
    expect((await evaluateModel(model, data.validation)).loss).toBeCloseTo(least, 12);
  });

  test("keeps the last weights where it should", async () => {
    const earlyStopping = { patience: 3, restoreBest: false };
    const { model, history, restoredEpoch } = await train(data, { ...wild, earlyStopping });
    expect(restoredEpoch).toBeUndefined();
    expect((await evaluateModel(model, data.validation)).loss).toBeCloseTo(
      history.at(-1)!.valLoss!,
      12,
    );
  });

  test("goes to the end without patience, and back to the best", async () => {
    const earlyStopping = { monitor: "valAccuracy" } as const;
    const result = await train(data, { ...wild, epochs: 8, earlyStopping });
    expect(result.end).toBe("finished");
    const best = Math.max(...result.history.map(({ valAccuracy }) => valAccuracy!));
    expect((await evaluateModel(result.model, data.validation)).accuracy).toBe(best);
  });

  test("leaves no tensor behind", async () => {
    const counts: number[] = [];
    const onEpoch = () => void counts.push(tf.memory().numTensors);
    await train(data, { ...wild, epochs: 6, earlyStopping: {} }, { onEpoch });
    counts.push(tf.memory().numTensors);
    expect(new Set(counts).size).toBe(1);
  });
});

test.each([
  [{}, 0.8, true],
  [{}, 1, false],
  [{ minChange: 0.3 }, 0.8, false],
  [{ minChange: 0.1 }, 0.8, true],
  [{ monitor: "valAccuracy" as const }, 0.8, false],
  [{ monitor: "valAccuracy" as const }, 1.2, true],
])("with %j, after 1 comes %d: better is %s", (settings, value, better) => {
  const best = { epoch: 1, value: 1, weights: [] };
  expect(isBetter(record({ valLoss: value, valAccuracy: value }), best, settings)).toBe(better);
});

test("patience counts epochs since the best", () => {
  const best = { epoch: 4, value: 1, weights: [] };
  expect(isPatienceOver(5, best, { patience: 2 })).toBe(false);
  expect(isPatienceOver(6, best, { patience: 2 })).toBe(true);
  expect(isPatienceOver(600, best, {})).toBe(false);
  expect(isPatienceOver(6, undefined, { patience: 2 })).toBe(false);
});

test.each([
  [{ patience: 0 }, /patience is 0/],
  [{ monitor: "f1" }, /monitor is "f1"/],
  [{ minChange: -1 }, /minChange is -1/],
])("refuses %j", async (earlyStopping, message) => {
  const options = { earlyStopping } as TrainOptions;
  await expect(train(data, options)).rejects.toMatchObject({
    code: "invalid-options",
    message: expect.stringMatching(message) as string,
  });
});

test("what is for the end is not to choose by", async () => {
  const { validation: _, ...others } = data;
  await expect(train(others, { earlyStopping: {} })).rejects.toMatchObject({
    code: "invalid-options",
    message: expect.stringContaining("test examples are not to choose by") as string,
    hint: expect.stringContaining("validationSplit") as string,
  });
  const { end } = await train(others, { earlyStopping: {}, validationSplit: 0.3, epochs: 1 });
  expect(end).toBe("finished");
});
