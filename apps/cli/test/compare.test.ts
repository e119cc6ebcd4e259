import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphBuilder } from "@smidgen/graph";
import type { LayerComparison } from "@smidgen/quantize";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { compare } from "../src/commands/compare.ts";
import { quantize, type QuantizeOptions } from "../src/commands/quantize.ts";
import { smidgen } from "./run-command.ts";

let folder: string;
const inFolder = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-compare-"));
  await writeFile(inFolder("model.tflite"), writeTflite(unlike()));
  const values = Float32Array.from({ length: 40 * 8 }, (_, i) => Math.sin(i * i));
  await writeFile(inFolder("samples.npy"), npy([40, 8], values));
});

afterAll(() => rm(folder, { recursive: true }));

/** hidden = relu(x · [32, 8]ᵀ) with units of 1 to 1000 times the size, which the next layer undoes; softmax. */
function unlike(): Graph {
  const b = graphBuilder("unlike");
  const factor = (unit: number) => 1000 ** (unit / 31);
  const weights = (name: string, shape: readonly [number, number], f: (i: number) => number) =>
    b.constant(name, {
      type: "float32",
      shape,
      data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i * 1.7) * f(i)),
    });
  const x = b.input("x", { type: "float32", shape: [1, 8] });
  const hidden = b.op(
    "fully-connected",
    [x, weights("hidden/filter", [32, 8], (i) => factor(Math.floor(i / 8))), undefined],
    { activation: "relu", keepNumDims: false },
    { name: "hidden", type: "float32" },
  );
  const scores = b.op(
    "fully-connected",
    [hidden, weights("scores/filter", [4, 32], (i) => 1 / factor(i % 32)), undefined],
    { activation: "none", keepNumDims: false },
    { name: "scores", type: "float32" },
  );
  return b.build([b.op("softmax", [scores], { beta: 1 }, { name: "y", type: "float32" })]);
}

function npy(shape: readonly number[], data: Float32Array): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }\n`;
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from("NUMPY\u0001\u0000"),
    Buffer.from([header.length, 0]),
    Buffer.from(header),
    Buffer.from(data.buffer),
  ]);
}

async function quantized(name: string, options: Partial<QuantizeOptions> = {}): Promise<string> {
  return quantize(
    inFolder("model.tflite"),
    {
      output: inFolder(name),
      scheme: "int8",
      operator: [],
      calibration: [inFolder("samples.npy")],
      samples: 40,
      seed: 1,
      method: "min-max",
      resetState: false,
      converter: "auto",
      json: true,
      ...options,
    },
    () => undefined,
  );
}

async function compared(name: string): Promise<LayerComparison> {
  const settings = { samples: [inFolder("samples.npy")], count: 40, seed: 1, json: true };
  return JSON.parse(
    await compare(inFolder("model.tflite"), inFolder(name), settings),
  ) as LayerComparison;
}

describe("compare", () => {
  test("names the guilty tensor and what to do, as a table and as JSON", async () => {
    await quantized("int8.tflite");
    const { findings, scores, tensors } = await compared("int8.tflite");
    expect(tensors.map(({ floatName }) => floatName)).toEqual(["x", "hidden", "scores", "y"]);
    expect(scores.sqnrDb).toBeLessThan(20);
    expect(findings[0]?.remedy.kind).toBe("equalise");
    const { code, stdout } = await smidgen(
      "compare",
      inFolder("model.tflite"),
      inFolder("int8.tflite"),
      "--samples",
      inFolder("samples.npy"),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/int8\.tflite against model\.tflite, 40 samples/);
    expect(stdout).toMatch(/fully-connected +hidden/);
    expect(stdout).toMatch(/- "scores\/filter" \(weights, int8\).* Equalise channels/);
  });

  test("another network is an error that says why", async () => {
    const graph = unlike();
    await writeFile(
      inFolder("other.tflite"),
      writeTflite({ ...graph, ops: graph.ops.slice(0, 1), outputs: [graph.ops[0]!.outputs[0]] }),
    );
    const outcome = await smidgen(
      "compare",
      inFolder("model.tflite"),
      inFolder("other.tflite"),
      "-s",
      inFolder("samples.npy"),
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(
      /are different networks: "y" \[1, 4\] against "hidden" \[1, 32\]/,
    );
  });
});

describe("quantize with corrections", () => {
  test("says what each of them gained", async () => {
    const report = JSON.parse(
      await quantized("corrected.tflite", {
        equalise: "weights",
        roundAdaptively: true,
        correctBias: true,
      }),
    ) as { corrections: { correction: string; scores: { sqnrDb: number } }[] };
    const { corrections } = report;
    expect(corrections.map(({ correction }) => correction)).toEqual([
      "none",
      "equalise",
      "round-adaptively",
      "correct-bias",
    ]);
    expect(corrections[1]!.scores.sqnrDb).toBeGreaterThan(corrections[0]!.scores.sqnrDb + 10);
    const { scores } = await compared("corrected.tflite");
    expect(scores.sqnrDb).toBeCloseTo(corrections[3]!.scores.sqnrDb, 3);
  });

  test("fixes what costs accuracy, and stays within the budget", async () => {
    const plain = JSON.parse(await quantized("plain.tflite")) as { bytes: { quantized: number } };
    const budget = plain.bytes.quantized + 300;
    const report = JSON.parse(await quantized("fixed.tflite", { fix: true, budget })) as {
      steps: { isKept: boolean }[];
      bytes: { quantized: number };
    };
    expect(report.steps.some(({ isKept }) => isKept)).toBe(true);
    expect(report.bytes.quantized).toBeLessThanOrEqual(budget);
    expect((await compared("fixed.tflite")).scores.sqnrDb).toBeGreaterThan(25);
  });

  test("says how much a budget lacks", async () => {
    await expect(quantized("refused.tflite", { fix: true, budget: 1234 })).rejects.toThrow(
      /^the file would have \d,\d{3} bytes; the budget is 1,234$/,
    );
  });

  test("chooses a scheme for each layer", async () => {
    await quantized("auto.tflite", { auto: true, tolerance: 1, candidates: "int4,int8" });
    const graph = readTflite(await readFile(inFolder("auto.tflite")));
    const types = graph.tensors.filter(({ name }) => name.endsWith("/filter"));
    expect(types.map(({ type }) => type)).toEqual(["int4", "int4"]);
  });

  test.each<[problem: string, options: Partial<QuantizeOptions>, code: string]>([
    ["two ways at once", { auto: true, fix: true, budget: 1 }, "conflicting-options"],
    ["no goal", { auto: true }, "conflicting-options"],
    ["two goals", { auto: true, budget: 1, tolerance: 1 }, "conflicting-options"],
    ["a goal for nothing", { tolerance: 1, correctBias: true }, "conflicting-options"],
    ["an unknown candidate", { auto: true, tolerance: 1, candidates: "int5" }, "unknown-scheme"],
    ["no samples", { correctBias: true, calibration: [] }, "no-calibration"],
    ["a budget that nothing keeps", { fix: true, budget: 10 }, "budget-too-small"],
  ])("%s: refused", async (_, options, code) => {
    await expect(quantized("refused.tflite", options)).rejects.toMatchObject({ code });
  });
});
