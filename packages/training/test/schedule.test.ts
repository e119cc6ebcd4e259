import { describe, expect, test } from "vitest";
import { train } from "@smidgen/training";
import { scheduledShare, type Schedule } from "../src/schedule.ts";
import { syntheticExamples } from "./synthetic-examples.ts";

const shares = (schedule: Schedule, steps: number, epochs: number) =>
  Array.from({ length: steps * epochs }, (_, step) =>
    scheduledShare(schedule, step, { steps, epochs }),
  );

describe("schedules", () => {
  test("constant", () => {
    expect(shares({ kind: "constant" }, 2, 2)).toEqual([1, 1, 1, 1]);
  });

  test("cosine goes down half a wave, from all to next to nothing", () => {
    const found = shares({ kind: "cosine" }, 50, 2);
    const expected = found.map((_, step) => (1 + Math.cos((Math.PI * step) / 100)) / 2);
    for (const [step, share] of found.entries()) expect(share).toBeCloseTo(expected[step]!, 14);
    expect(found[0]).toBe(1);
    expect(found[50]).toBeCloseTo(0.5, 14);
  });

  test("cosine to a share of what it began with", () => {
    const found = shares({ kind: "cosine", end: 0.2 }, 1000, 1);
    expect(found[0]).toBe(1);
    expect(found[500]).toBeCloseTo(0.6, 14);
    expect(found.at(-1)).toBeCloseTo(0.2, 4);
  });

  test("warm-up rises evenly, and the cosine takes what is left", () => {
    const found = shares({ kind: "cosine", warmUpEpochs: 0.5 }, 8, 1);
    expect(found.slice(0, 5)).toEqual([1 / 5, 2 / 5, 3 / 5, 4 / 5, 1]);
    expect(found[6]).toBeCloseTo(0.5, 14);
  });

  test("steps", () => {
    const schedule: Schedule = { kind: "step", everyEpochs: 2, factor: 0.5 };
    expect(shares(schedule, 1, 6)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(shares({ ...schedule, everyEpochs: 0.5 }, 4, 1)).toEqual([1, 1, 0.5, 0.5]);
  });

  test("train goes by it, and leaves the optimizer its learning rate", async () => {
    const rates: number[] = [];
    const { model } = await train(
      { train: syntheticExamples(40) },
      { epochs: 2, batchSize: 10, learningRate: 0.01, schedule: { kind: "cosine" } },
      { onBatch: ({ learningRate }) => void rates.push(learningRate) },
    );
    const expected = Array.from(
      { length: 8 },
      (_, step) => 0.005 * (1 + Math.cos((Math.PI * step) / 8)),
    );
    expect(rates).toHaveLength(8);
    for (const [step, rate] of rates.entries()) expect(rate).toBeCloseTo(expected[step]!, 14);
    expect(model.optimizer.getConfig()["learningRate"]).toBe(0.01);
  });

  test.each([
    [{ kind: "cosine", warmUpEpochs: 3 }, /warmUpEpochs is 3.*number of epochs, 2/],
    [{ kind: "cosine", end: 2 }, /end is 2/],
    [{ kind: "step", everyEpochs: 0, factor: 7 }, /everyEpochs is 0.*factor is 7/],
    [{ kind: "linear" }, /kind is "linear"/],
  ])("refuses %j", async (schedule, message) => {
    await expect(
      train({ train: syntheticExamples(10) }, { epochs: 2, schedule: schedule as Schedule }),
    ).rejects.toMatchObject({
      code: "invalid-options",
      message: expect.stringMatching(message) as string,
    });
  });
});
