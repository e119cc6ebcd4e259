import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readIdx } from "@smidgen/datasets";
import { type CoreName, findToolchains, missingFor } from "@smidgen/device";
import { UserError } from "@smidgen/errors";
import { parseRunRecord, type RunRecord } from "@smidgen/report";
import { createInterpreter, quantizeInto } from "@smidgen/runtime";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import type { DeployFile, NetworksFile } from "../src/results.ts";
import { stages } from "../src/stages.ts";
import { runStage, type StageFolders, type StageName, stageNames } from "../src/stage.ts";

/** The whole study on a few hundred drawn digits: the same code as `npm start`, in less time. */
let folders: StageFolders;

beforeAll(async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), "smidgen-study-"));
  folders = { artifacts: path.join(home, "artifacts"), config: path.join(home, "config") };
  await cp(path.resolve(import.meta.dirname, "../config"), folders.config, { recursive: true });
  await change("dataset", { name: "digits", trainExamples: 3000, testExamples: 1000 });
  await change("train", { epochs: 2 });
  await change("quantize", { calibrationExamples: 100, schemeExamples: 200 });
  await makeNetworksSmall();
  for (const name of stageNames) await run(name);
});

afterAll(() => rm(path.dirname(folders.artifacts), { recursive: true }));

async function change(stage: StageName, settings: object): Promise<void> {
  const file = path.join(folders.config, `${stage}.json`);
  const before = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...before, ...settings }));
}

/** Of each network two seeds, for an epoch. */
async function makeNetworksSmall(): Promise<void> {
  const file = path.join(folders.config, "networks.json");
  const { networks } = JSON.parse(await readFile(file, "utf8")) as {
    networks: { training: object }[];
  };
  await change("networks", {
    seeds: [1, 2],
    calibrationExamples: 50,
    images: 2,
    networks: networks.map((each) => ({ ...each, training: { ...each.training, epochs: 1 } })),
  });
}

async function run(name: StageName): Promise<void> {
  await runStage(name, await stages[name](), folders, () => {});
}

const result = (stage: StageName, file: string) => path.join(folders.artifacts, stage, file);

async function readRecord(): Promise<RunRecord> {
  return parseRunRecord(await readFile(result("report", "run.json"), "utf8"), "run.json");
}

describe("the study", () => {
  test("compares the schemes of quantization, the chosen mixture in less than two thirds of int8", async () => {
    const { schemes } = await readRecord();
    const bytesOf = (scheme: string) =>
      schemes?.rows.find((row) => row.scheme === scheme)?.fileBytes ?? Number.NaN;
    expect(schemes?.examples).toBe(200);
    expect(schemes?.rows.map(({ scheme }) => scheme)).toContain("int16x8");
    expect(bytesOf("int4 and int8, chosen")).toBeLessThanOrEqual(0.6 * bytesOf("int8"));
    expect(bytesOf("int8")).toBeLessThan(0.3 * bytesOf("float32"));
  });

  test("shows networks for a budget, the mean of their seeds, and no more than that budget", async () => {
    const { networks } = await readRecord();
    expect(networks?.rows.map(({ name, seeds }) => [name, seeds])).toEqual([
      ["Accurate", 2],
      ["Tiny", 2],
    ]);
    const file = JSON.parse(
      await readFile(result("networks", "networks.json"), "utf8"),
    ) as NetworksFile;
    for (const [i, { accuracy, int8Accuracy, chip }] of (networks?.rows ?? []).entries()) {
      const runs = file.networks[i]?.runs ?? [];
      expect(accuracy).toBeCloseTo(
        runs.reduce((sum, { float }) => sum + float / 2, 0),
        12,
      );
      expect(Math.abs(int8Accuracy - accuracy)).toBeLessThan(0.02);
      expect(accuracy).toBeGreaterThan(0.3);
      expect(chip?.flashBytes ?? 0).toBeLessThan(i === 0 ? 32_000 : 16_384);
    }
    expect(networks?.rows[1]?.chip?.ramBytes ?? 0).toBeLessThan(4096);
  });

  test("ends in a record of four systems that answer alike", async () => {
    const record = await readRecord();
    expect(record.systems.map(({ id }) => id)).toEqual([
      "tfjs",
      "tflite-float32",
      "tflite-int8",
      "micro-int8",
    ]);
    const [tfjs, ...others] = record.systems.map(({ evaluation }) =>
      evaluation.kind === "measured" ? evaluation.accuracy : Number.NaN,
    );
    expect(tfjs).toBeGreaterThan(0.5);
    for (const accuracy of others) expect(Math.abs(accuracy - (tfjs as number))).toBeLessThan(0.01);
  });

  test("the float file is at most 0.35 of the model with optimizer state, the int8 file 0.30 of the float file", async () => {
    const record = await readRecord();
    const [tfjs = 0, float = 0, int8 = 0] = record.systems.map(({ file }) => file.bytes);
    expect(float / tfjs).toBeLessThanOrEqual(0.35);
    expect(int8 / float).toBeLessThanOrEqual(0.3);
  });

  test.each([
    // runtime           load               stage      file                largest difference
    ["TensorFlow Lite", loadTfliteRuntime, "convert", "model.tflite", 1e-5],
    ["TensorFlow Lite", loadTfliteRuntime, "quantize", "model-int8.tflite", 0],
    ["LiteRT", loadLiteRt, "convert", "model.tflite", 1e-5],
    ["LiteRT", loadLiteRt, "quantize", "model-int8.tflite", 0],
  ] as const)(
    "%s answers 1,000 images as our interpreter does",
    async (_, load, stage, file, largest) => {
      const bytes = new Uint8Array(await readFile(result(stage, file)));
      const official = await load(bytes);
      const ours = createInterpreter(readTflite(bytes, { name: file }), { rounding: "single" });
      const input = ours.inputs[0]!;
      const output = ours.outputs[0]!;
      const ElementArray = output.type === "int8" ? Int8Array : Float32Array;
      const images = readIdx(await readFile(result("dataset", "test-images.idx")), "test images");
      const differences = Array.from({ length: 1000 }, (_unused, i) => {
        const pixels = Array.from(images.data.subarray(i * 784, (i + 1) * 784));
        quantizeInto(
          input,
          pixels.map((pixel) => pixel / 255),
        );
        // Before ours: the arena reuses the input's memory.
        const theirs = new ElementArray(official.run([input.data])[0]!.buffer);
        ours.run();
        return Math.max(...theirs.map((score, k) => Math.abs(score - Number(output.data[k]))));
      });
      expect(Math.max(...differences)).toBeLessThanOrEqual(largest);
    },
  );

  test("leaves a C array of the int8 model", async () => {
    const model = await readFile(result("quantize", "model-int8.tflite"));
    const header = await readFile(result("deploy", "digits_model.h"), "utf8");
    expect(header).toContain(`#define DIGITS_MODEL_BYTES ${model.length}u`);
  });

  test("leaves C that answers on chips as our interpreter does, or says what kept it from running there", async () => {
    const portable = await readFile(result("deploy", "portable/model.h"), "utf8");
    expect(portable).toContain("void smg_digits_run(const int8_t in[784], int8_t out[10]);");
    const deployed = JSON.parse(
      await readFile(result("deploy", "deploy.json"), "utf8"),
    ) as DeployFile;
    const toolchains = await findToolchains();
    const able = deployed.chips.map(
      ({ core }) => missingFor(core as CoreName, toolchains).length === 0,
    );
    expect(deployed.chips.map(({ kind }) => kind)).toEqual(
      able.map((isAble) => (isAble ? "measured" : "not-measured")),
    );
    const { systems } = await readRecord();
    expect(systems.at(-1)?.performance).toHaveLength(deployed.chips.length);
  });

  test("succeeds without any tool, and its report says how to get them", async () => {
    vi.stubEnv("PATH", "/nonexistent");
    const copy = { ...folders, artifacts: `${folders.artifacts}-without-tools` };
    await cp(folders.artifacts, copy.artifacts, { recursive: true });
    const lines: string[] = [];
    for (const name of ["deploy", "report"] as const) {
      await runStage(name, await stages[name](), copy, (line) => lines.push(line));
    }
    vi.unstubAllEnvs();
    const notice = "Arm Cortex-M4: not measured, because arm-none-eabi-gcc was not found";
    expect(lines.filter((line) => line.startsWith(notice))).toHaveLength(1);
    const report = await readFile(path.join(copy.artifacts, "report/report.md"), "utf8");
    expect(report).toMatch(/Not measured because arm-none-eabi-gcc was not found.*Install/);
    await rm(copy.artifacts, { recursive: true });
  });

  test("does the same again, byte for byte", async () => {
    const files = [
      ["train", "inference-model/weights.bin"],
      ["convert", "model.tflite"],
      ["quantize", "model-int8.tflite"],
    ] as const;
    const read = () => Promise.all(files.map(([stage, file]) => readFile(result(stage, file))));
    const before = await read();
    for (const name of ["dataset", "train", "convert", "quantize"] as const) await run(name);
    expect(await read()).toEqual(before);
  });
});

describe("a stage", () => {
  test("that fails leaves no result behind, not even an older one", async () => {
    const copy = { ...folders, artifacts: `${folders.artifacts}-copy` };
    await cp(folders.artifacts, copy.artifacts, { recursive: true });
    const failing = runStage(
      "convert",
      async (stage) => {
        await stage.write("model.tflite", "half");
        throw new Error("killed");
      },
      copy,
      () => {},
    );
    await expect(failing).rejects.toThrow("killed");
    expect(existsSync(path.join(copy.artifacts, "convert"))).toBe(false);
    const next = runStage("quantize", await stages.quantize(), copy, () => {});
    await expect(next).rejects.toMatchObject({ code: "missing-artifact" });
    expect(existsSync(path.join(copy.artifacts, "quantize"))).toBe(false);
    await rm(copy.artifacts, { recursive: true });
  });

  test("names every setting that it cannot use", async () => {
    const copy = { ...folders, config: `${folders.config}-copy` };
    await cp(folders.config, copy.config, { recursive: true });
    await writeFile(
      path.join(copy.config, "train.json"),
      JSON.stringify({
        architecture: "cnn",
        epochs: 0,
        batchSize: "32",
        seed: 1,
        backend: "gpu",
        x: 1,
      }),
    );
    const failing = runStage("train", await stages.train(), copy, () => {});
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(
      /(?=[\s\S]*epochs)(?=[\s\S]*batchSize)(?=[\s\S]*learningRate)(?=[\s\S]*backend)/,
    );
    expect(existsSync(result("train", "training.json"))).toBe(false);
    await rm(copy.config, { recursive: true });
  });
});
