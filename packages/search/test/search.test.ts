import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { generateDigits, take } from "@smidgen/datasets";
import { findToolchains, missingFor } from "@smidgen/device";
import { createInterpreter, evaluateClassifier } from "@smidgen/runtime";
import { readTflite } from "@smidgen/tflite";
import { type Examples, splitExamples } from "@smidgen/training";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Family,
  modelFile,
  searchNetworks,
  type SearchObserver,
  type SearchOptions,
  type SearchOutcome,
  type SearchResult,
} from "@smidgen/search";
import { announceSkipped } from "@smidgen/testing";
import { costsOf } from "../src/costs.ts";

const digits = generateDigits({ seed: 1 });
const data = { train: take(digits.train, 0, 500) };

/** Six networks: with one block there is one kind of convolution. */
const family: Family = {
  widths: [[4], [4, 8]],
  firstKernels: [3],
  firstStrides: [2],
  convolutions: ["plain", "separable"],
  heads: ["mean", "flatten"],
};

let root: string;
let folder: string;
let results: string;
beforeAll(async () => void (root = await mkdtemp(path.join(os.tmpdir(), "smidgen-search-"))));
beforeEach(async () => {
  folder = await mkdtemp(path.join(root, "search-"));
  results = path.join(folder, "results.jsonl");
});
afterAll(() => rm(root, { recursive: true }));

function search(options: Partial<SearchOptions> = {}, observer?: SearchObserver) {
  const some = { family, budget: {}, rounds: [1, 3], keep: 0.5, threads: 1, seed: 7 };
  const training = { batchSize: 8, learningRate: 0.01 };
  return searchNetworks(data, { ...some, training, results, ...options }, observer);
}

const linesOf = async (file: string) => (await readFile(file, "utf8")).trimEnd().split("\n");

describe("a search", () => {
  test("ends alike with one thread, with two, and stopped again and again", async () => {
    const models = path.join(folder, "models");
    const whole = await search({ models });
    expect(whole.end).toBe("finished");
    expect(whole.results.map(({ epochs }) => epochs)).toEqual([1, 1, 1, 1, 1, 1, 3, 3, 3]);
    const kept = await readdir(models);
    expect(kept.toSorted()).toEqual(whole.results.map(modelFile).toSorted());

    const two = path.join(folder, "two.jsonl");
    expect(await search({ threads: 2, results: two })).toEqual(whole);
    expect((await linesOf(two)).toSorted()).toEqual((await linesOf(results)).toSorted());

    // each attempt trains three networks, and leaves a fourth half done
    const broken = path.join(folder, "broken.jsonl");
    const trained: string[] = [];
    const outcomes: SearchOutcome[] = [];
    while (outcomes.at(-1)?.end !== "finished" && outcomes.length < 6) {
      const controller = new AbortController();
      let count = 0;
      const outcome = await search(
        { results: broken, signal: controller.signal, models },
        {
          onResult({ name, epochs }) {
            trained.push(`${name} ${epochs}`);
            count++;
          },
          onProgress: () => count === 3 && controller.abort(),
        },
      );
      outcomes.push(outcome);
    }
    expect(outcomes.map(({ end }) => end)).toEqual(["interrupted", "interrupted", "finished"]);
    expect(outcomes.at(-1)).toEqual(whole);
    // nothing twice
    expect(trained).toHaveLength(9);
    expect(new Set(trained).size).toBe(9);
    expect((await linesOf(broken)).toSorted()).toEqual((await linesOf(results)).toSorted());
  });

  test("tells of each network what its file does with the validation examples", async () => {
    const models = path.join(folder, "models");
    const { results: found } = await search({ models, rounds: [5] });
    const [, validation] = splitExamples(data.train, 0.1, 7);
    for (const result of found) {
      const bytes = await readFile(path.join(models, modelFile(result)));
      const graph = readTflite(bytes, { name: result.name });
      const { accuracy } = evaluateClassifier(createInterpreter(graph), floats(validation));
      expect(result.validation?.accuracy).toBe(accuracy);
      // known before it was trained, but for the softmax's table
      const { costs, sized } = result;
      const again = await costsOf(graph, { core: "cortex-m4", code: "estimated", budget: {} });
      expect(costs).toEqual(again);
      const more = costs!.constantBytes - sized.constantBytes;
      expect(more).toBeGreaterThanOrEqual(0);
      expect(more).toBeLessThan(256 * 4);
      const { flashBytes, constantBytes } = costs!;
      expect({ ...sized, flashBytes, constantBytes }).toEqual(costs);
    }
    // chance is 0.1
    expect(Math.max(...found.map(({ validation: figures }) => figures!.accuracy))).toBeGreaterThan(
      0.5,
    );
    // by hand: multiply-accumulates, filters and biases; at most so much for scales, and a softmax's table of 256 entries
    const plain = found.find(({ name }) => name === "4-8-k3-s2-plain-mean")!;
    expect(plain.costs!.multiplyAccumulates).toBe(14 * 14 * 4 * 9 + 7 * 7 * 8 * 4 * 9 + 8 * 10);
    const constants = 4 * 9 + 8 * 4 * 9 + 8 * 10 + 4 * (4 + 8 + 10);
    expect(plain.costs!.constantBytes).toBeGreaterThanOrEqual(constants);
    expect(plain.costs!.constantBytes).toBeLessThan(constants + 256 * 4 + 8 * (4 + 8 + 10) + 16);
    // the image, and what the first convolution makes of it
    expect(plain.costs!.staticBytes).toBeGreaterThanOrEqual(28 * 28);
    expect(plain.costs!.staticBytes).toBeLessThanOrEqual(28 * 28 + 14 * 14 * 4 + 64);
  });

  test("trains nothing that is beyond the budget, nor anything of the test examples", async () => {
    const spied = {
      ...data,
      get test(): Examples {
        throw new Error("a look at the test examples");
      },
    };
    const names: string[] = [];
    const outcome = await searchNetworks(
      spied,
      { family, budget: { multiplyAccumulates: 15_000 }, rounds: [1], threads: 1, results },
      { onResult: ({ name }) => void names.push(name) },
    );
    const dear = outcome.discarded.map(({ name }) => name);
    expect(dear).toEqual(["4-8-k3-s2-plain-mean", "4-8-k3-s2-plain-flatten"]);
    expect(outcome.discarded[0]).toMatchObject({ exceeds: ["multiplyAccumulates"] });
    expect(names).toHaveLength(4);
    expect(names.filter((name) => dear.includes(name))).toEqual([]);
    // a wider budget finds what there is already
    const wider: string[] = [];
    await searchNetworks(
      data,
      { family, budget: {}, rounds: [1], threads: 1, results },
      { onResult: ({ name }) => void wider.push(name) },
    );
    expect(wider.toSorted()).toEqual(dear.toSorted());
  });

  test("a network that diverges is a result, and not the end", async () => {
    const outcome = await search({ training: { learningRate: 1e30 }, rounds: [1] });
    expect(outcome.front).toEqual([]);
    expect(outcome.results).toHaveLength(6);
    expect(outcome.results.map(({ problem }) => problem)).toEqual(
      Array.from(
        { length: 6 },
        () => expect.stringMatching(/the loss became|weights became infinite/) as string,
      ),
    );
    // and is not tried again
    const again = await search(
      { training: { learningRate: 1e30 }, rounds: [1] },
      {
        onResult: () => expect.unreachable(),
      },
    );
    expect(again).toEqual(outcome);
  });
});

const core = "cortex-m0";
const canMeasure = missingFor(core, await findToolchains()).length === 0;
if (!canMeasure) announceSkipped("measured costs of searched networks", "gcc-arm-none-eabi");

test.runIf(canMeasure)("measures what is left of the budget's networks", async () => {
  const sizes = async (code: "estimated" | "measured") => {
    const budget = { multiplyAccumulates: 8000 };
    const place = path.join(folder, code);
    const { front, discarded } = await search({ core, code, budget, rounds: [1], results: place });
    expect(front.map(({ name }) => name)).toEqual(["4-k3-s2-plain-mean"]);
    return { costs: front[0]!.costs!, discarded };
  };
  const [estimated, measured] = [await sizes("estimated"), await sizes("measured")];
  // what is out anyway is not built
  expect(measured.discarded).toEqual(estimated.discarded);
  const { codeBytes, stackBytes, constantBytes } = measured.costs;
  expect(constantBytes).toBe(estimated.costs.constantBytes);
  expect(codeBytes).not.toBe(estimated.costs.codeBytes);
  expect(codeBytes).toBeGreaterThan(estimated.costs.codeBytes / 3);
  expect(codeBytes).toBeLessThan(estimated.costs.codeBytes * 2);
  expect(stackBytes).toBeGreaterThan(40);
  expect(stackBytes).toBeLessThanOrEqual(estimated.costs.stackBytes);
});

describe("refuses", () => {
  test("a budget that nothing fits, and says which part of it is why", async () => {
    const budget = { flashBytes: 100, ramBytes: 2000, multiplyAccumulates: 1e9 };
    await expect(search({ budget })).rejects.toMatchObject({
      code: "nothing-fits",
      message: expect.stringMatching(
        /none of 6 networks[^]* 100 bytes of flash: all need more, the least is [\d,]+ \(4-k3-s2-plain-mean\)[^]*multiply-accumulates: 0 of 6/,
      ) as string,
      hint: expect.stringMatching(/^Raise the bytes of flash, or/) as string,
    });
    expect(await linesOf(results)).toHaveLength(1);
  });

  test("options out of range, all at once", async () => {
    const options = { rounds: [], keep: 0, threads: 0, networks: 1.5, seed: -1 };
    await expect(search(options)).rejects.toMatchObject({
      code: "invalid-options",
      message: expect.stringMatching(/rounds.*keep.*networks.*threads.*seed/) as string,
    });
    await expect(search({ family: { ...family, widths: [[0]], heads: [] } })).rejects.toMatchObject(
      {
        code: "invalid-options",
        message: expect.stringMatching(/heads is empty.*has \[0\]/) as string,
      },
    );
    await expect(search({ budget: { ramBytes: Number.NaN } })).rejects.toMatchObject({
      code: "invalid-budget",
    });
  });
});

describe("the results file", () => {
  const small = { family: { ...family, widths: [[4]], heads: ["mean"] as const }, rounds: [1] };
  let before: readonly SearchResult[];
  let whole: string;
  beforeAll(async () => {
    ({ results: before } = await search({ ...small, results: path.join(root, "whole.jsonl") }));
    whole = await readFile(path.join(root, "whole.jsonl"), "utf8");
  });
  beforeEach(() => writeFile(results, whole));

  test("may end in half a line, wherever it was cut", async () => {
    const text = await readFile(results, "utf8");
    const [head, line] = text.split("\n") as [string, string];
    for (const cut of [`${head}\n${line}`, head.slice(0, 10)]) {
      await writeFile(results, cut);
      const { results: again } = await search(small);
      expect(again).toEqual(before);
      expect(await readFile(results, "utf8")).toBe(text);
    }
  });

  test("is refused with the numbers of bad lines", async () => {
    const [head, line] = await linesOf(results);
    const nonsense = line!.replace(/"accuracy":[\d.]+/, '"accuracy":2');
    const renamed = line!.replace('"4-k3', '"5-k3');
    await writeFile(results, `${head}\n${line}\n{"name"\n${nonsense}\n${renamed}\n`);
    await expect(search(small)).rejects.toMatchObject({
      code: "corrupt-results",
      message: expect.stringMatching(
        /results\.jsonl: line 3 is not JSON; line 4 is no result: validation\.accuracy: .*; line 5 .*name and network differ$/,
      ) as string,
    });
    await writeFile(results, `${line}\n`);
    await expect(search(small)).rejects.toMatchObject({
      message: expect.stringContaining("line 1 is not the head") as string,
    });
  });

  test("of another search is refused, naming what differs", async () => {
    const training = { learningRate: 0.02, batchSize: 8 };
    await expect(search({ ...small, training, seed: 8 })).rejects.toMatchObject({
      code: "results-mismatch",
      message: expect.stringMatching(/data was .*training was .*seed was 7, now it is 8/) as string,
    });
  });
});

function floats({ images, labels }: Examples) {
  return { images: Float32Array.from(images, (pixel) => pixel / 255), labels };
}
