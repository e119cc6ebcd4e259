import { evaluateModel, selectBackend, train } from "@smidgen/training";
import { beforeAll, describe, expect, test } from "vitest";
import { syntheticExamples } from "./synthetic-examples.ts";

const examples = syntheticExamples(200);
const data = { train: examples, test: syntheticExamples(50, { seed: 2 }) };

describe.each(["wasm", "cpu"] as const)("on %s", (backend) => {
  beforeAll(async () => void (await selectBackend(backend)));

  test.each(["cnn", "mlp"] as const)("%s learns what can be learned", async (architecture) => {
    const { model, history } = await train(data, {
      architecture,
      epochs: 15,
      batchSize: 16,
      learningRate: 0.01,
    });
    expect(history).toHaveLength(15);
    expect(history[0]!.loss).toBeGreaterThan(1);
    expect(history.at(-1)!.valAccuracy).toBeGreaterThan(0.95);
    expect(history.at(-1)!.accuracy).toBeGreaterThan(0.95);
    const evaluation = await evaluateModel(model, data.test);
    expect(evaluation.loss).toBe(history.at(-1)!.valLoss);
    expect(evaluation.accuracy).toBe(history.at(-1)!.valAccuracy);
  });
});
