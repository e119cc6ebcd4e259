import { describe, expect, test } from "vitest";
import { calibrate, compareLayers, fixQuantization, quantizeGraph } from "@smidgen/quantize";
import { badNetwork } from "./bad-network.ts";
import { accuracy, digitNetwork, digitSamples } from "./digits.ts";

describe("a network that quantizes badly on purpose", async () => {
  const good = await digitNetwork("cnn");
  const samples = digitSamples(64);
  const bad = badNetwork(good, digitSamples(300));
  const plain = quantizeGraph(bad, calibrate(bad, samples));

  test("computes what the good one does, and loses more than 5 points in int8", () => {
    expect(accuracy(bad)).toBe(accuracy(good));
    expect(accuracy(plain)).toBeLessThan(accuracy(bad) - 5);
  });

  test("the analysis names the layers that were spoiled", () => {
    const { findings } = compareLayers(bad, plain, samples);
    const guilty = new Set(findings.map(({ tensor }) => tensor));
    // Channels of 1 to 1000 between these, and units that fire rarely here.
    expect([...guilty]).toEqual(expect.arrayContaining(["conv2d", "dense", "dense/filter"]));
    expect(findings[0]?.tensor).toBe("dense/filter");
  });

  test("the fix brings it within half a point of float, in no more bytes than allowed", () => {
    const { quantized, steps, bytes, before, after } = fixQuantization(bad, {
      samples,
      budgetBytes: 26_000,
      targetSqnrDb: 25,
    });
    expect(accuracy(quantized)).toBeGreaterThanOrEqual(accuracy(bad) - 0.5);
    expect(bytes).toBeLessThanOrEqual(26_000);
    expect(after.scores.sqnrDb).toBeGreaterThan(before.scores.sqnrDb + 20);
    const helped = steps.filter(({ sqnrDb }) => (sqnrDb.after ?? -Infinity) > sqnrDb.before + 0.1);
    expect(helped.length).toBeGreaterThan(0);
    expect(steps.filter(({ isKept }) => isKept)).toEqual(helped);
  });

  test("a budget that the start exceeds is refused", () => {
    expect(() => fixQuantization(bad, { samples, budgetBytes: 1000 })).toThrow(
      expect.objectContaining({ code: "budget-too-small" }),
    );
  });
});
