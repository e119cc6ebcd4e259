import type { Dataset, LookedAt } from "@smidgen/datasets";
import { describe, expect, test } from "vitest";
import { describeExamples } from "../src/train/load-examples.ts";

type Kind = Dataset["source"]["kind"];

function line(
  asked: string,
  name: Dataset["name"],
  source: { kind: Kind; detail: string; isPublished?: boolean },
  lookedAt: readonly LookedAt[] = [],
): string {
  const dataset = {
    name,
    source: { isPublished: true, ...source, lookedAt },
    isFallback: lookedAt.length > 0,
    train: { count: 60_000 },
    test: { count: 10_000 },
  };
  return describeExamples(dataset, asked);
}

const seed = { kind: "embedded", detail: "drawn from seed 1" } as const;
const counts = "60,000 images to train, 10,000 to test";

describe("the line about the data", () => {
  test("names a dataset and where it is from", () => {
    expect(line("digits", "digits", seed)).toBe(`Data: digits, drawn from seed 1; ${counts}`);
    expect(line("mnist", "mnist", { kind: "cache", detail: "/cache/mnist" })).toBe(
      `Data: mnist, from /cache/mnist; ${counts}`,
    );
    const url = "https://example.org/mnist/";
    expect(line("mnist", "mnist", { kind: "download", detail: url })).toBe(
      `Data: mnist, downloaded from ${url}; ${counts}`,
    );
    expect(line("./mine", "mnist", { kind: "directory", detail: "/home/me/mine" })).toBe(
      `Data: mnist, from /home/me/mine; ${counts}`,
    );
  });

  test("does not call someone's own images MNIST", () => {
    const own = { kind: "directory", detail: "/home/me/mine", isPublished: false } as const;
    expect(line("mine", "mnist", own)).toBe(`Data: /home/me/mine; ${counts}`);
    expect(line("mnist", "mnist", own)).toBe(
      `Data: mnist, from /home/me/mine, other files than those published; ${counts}`,
    );
  });

  test("says why digits are drawn instead", () => {
    const lookedAt = [
      { place: "SMIDGEN_DATA_DIR", why: "not set" },
      { place: "mirrors", why: "no answer" },
    ];
    expect(line("mnist", "digits", seed, lookedAt)).toBe(
      `Data: digits drawn from seed 1, because mnist was not found; ${counts}\n` +
        "  SMIDGEN_DATA_DIR: not set\n  mirrors: no answer",
    );
  });
});
