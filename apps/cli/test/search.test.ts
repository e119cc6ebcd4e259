import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { generateDigits, take, writeIdx } from "@smidgen/datasets";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { searchLine } from "../src/search/progress.ts";
import { smidgen } from "./run-command.ts";

let folder: string;
let config: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-search-"));
  const dataset = path.join(folder, "digits");
  await mkdir(dataset);
  const digits = generateDigits({ seed: 1 });
  for (const [name, part, count] of [
    ["train", digits.train, 300],
    ["t10k", digits.test, 10],
  ] as const) {
    const { images, labels } = take(part, 0, count);
    const file = (kind: string) => path.join(dataset, `${name}-${kind}-ubyte`);
    const [pixels, classes] = [[count, 28, 28], [count]];
    await writeFile(file("images-idx3"), writeIdx({ type: "uint8", shape: pixels, data: images }));
    await writeFile(file("labels-idx1"), writeIdx({ type: "uint8", shape: classes, data: labels }));
  }
  config = path.join(folder, "search.json");
  const family = { widths: [[4]], firstKernels: [3], firstStrides: [1, 2] };
  await writeFile(config, JSON.stringify({ dataset, family, rounds: [2], threads: 1 }));
});
afterAll(() => rm(folder, { recursive: true }));

describe("smidgen search", () => {
  test("shows the front of what fits, and goes on with what is there", async () => {
    const output = path.join(folder, "found");
    const args = ["search", "-c", config, "-o", output, "--macs", "10000"];
    const { code, stdout, stderr } = await smidgen(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(
      "2 networks to train, 2 are beyond the budget (2 for multiply-accumulates).",
    );
    expect(stdout).toMatch(/^Round 1 of 1: 2 networks, 2 epochs each$/m);
    expect(stdout).toMatch(/^ {2}2\/2 {2}4-k3-s2-plain-\w+ {2}[\d.]+ % {2}flash [\d,]+ {2}RAM/m);
    expect(stdout).toMatch(
      /Pareto front[^]*network +int8 +float +flash +RAM +multiply-accumulates/,
    );
    expect(await readdir(path.join(output, "models"))).toEqual([
      "4-k3-s2-plain-flatten-e2.tflite",
      "4-k3-s2-plain-mean-e2.tflite",
    ]);

    const results = await readFile(path.join(output, "results.jsonl"), "utf8");
    const again = await smidgen(...args, "--json");
    const events = again.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(events.map(({ event }) => event)).toEqual(["dataset", "start", "round", "end"]);
    expect(events.at(-1)).toMatchObject({ end: "finished", output });
    expect(await readFile(path.join(output, "results.jsonl"), "utf8")).toBe(results);
  });

  test("refuses settings there are not, and a budget for nothing", async () => {
    const wrong = path.join(folder, "wrong.json");
    await writeFile(wrong, JSON.stringify({ family: { kernels: [3] }, seed: "1" }));
    const { code, stderr } = await smidgen("search", "-c", wrong, "-o", folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /wrong\.json: family: .*"kernels".*; seed: |seed: .*; family: .*"kernels"/,
    );
    const output = path.join(folder, "nothing");
    const none = await smidgen("search", "-c", config, "-o", output, "--ram", "300");
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(
      /none of 4 networks fits[^]*300 bytes of RAM: all need more[^]*Raise/,
    );
  });
});

test("the live line fits any width", () => {
  const moment = {
    round: 1,
    rounds: 2,
    epochs: 5,
    finished: 12,
    networks: 40,
    workDone: 3e6,
    work: 9e6,
    bestAccuracy: 0.9876,
  };
  expect(searchLine(moment, 60_000, 100)).toBe(
    `Round 1/2 (5 epochs) ${"━".repeat(10)}${"─".repeat(20)} 12/40  best 98.76 %  ETA 2:00`,
  );
  for (let columns = 0; columns < 120; columns++) {
    expect(searchLine(moment, 60_000, columns).length).toBeLessThanOrEqual(columns);
  }
});
