import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasetNames } from "@smidgen/datasets";
import { graphBuilder, perTensor } from "@smidgen/graph";
import { opSchemes } from "@smidgen/quantize";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { architectures, backendNames } from "@smidgen/training";
import { smidgen, spawnSmidgen } from "./run-command.ts";

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-cli-"));
  model = path.join(folder, "dense.tflite");
  await writeFile(model, writeTflite(dense()));
});

afterAll(() => rm(folder, { recursive: true }));

function dense() {
  const b = graphBuilder("dense");
  const x = b.input("serving_default_x", { type: "float32", shape: [1, 3] });
  const w = b.constant("dense/filter", {
    type: "float32",
    shape: [2, 3],
    data: Float32Array.of(1, 2, 3, 4, 5, 6),
  });
  const y = b.op(
    "fully-connected",
    [x, w, undefined],
    { activation: "relu", keepNumDims: false },
    { name: "dense", type: "float32" },
  );
  return b.build([y]);
}

describe("smidgen inspect", () => {
  test("tells operators, tensors and what the bytes are for", async () => {
    const { code, stdout } = await smidgen("inspect", model);
    expect(code).toBe(0);
    expect(stdout).toMatch(/dense\.tflite {2}\d+ bytes, schema 3/);
    expect(stdout).toMatch(/0 {2}FULLY_CONNECTED +6 +%0 %1.* +%2 FLOAT32 \[1, 2\] +6 +6/);
    expect(stdout).toMatch(/%1 {2}dense\/filter +FLOAT32 +\[2, 3\] +24 +24/);
  });

  test("gives the same as JSON, with figures that add up to the file", async () => {
    const { stdout } = await smidgen("inspect", model, "--json");
    const inspection = JSON.parse(stdout) as { bytes: number; byteUse: Record<string, number> };
    const sum = Object.values(inspection.byteUse).reduce((total, bytes) => total + bytes, 0);
    expect(sum).toBe(inspection.bytes);
    expect(inspection.bytes).toBe((await readFile(model)).length);
  });

  test("refuses what is not a model, without a stack", async () => {
    const file = path.join(folder, "text.tflite");
    await writeFile(file, "hello, I am no model at all");
    const { code, stderr, stdout } = await smidgen("inspect", file);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^smidgen: text\.tflite /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("smidgen lint", () => {
  test("finds nothing in a good file", async () => {
    const { code, stdout } = await smidgen("lint", model, "--for", "tflm");
    expect(stdout).toMatch(/dense\.tflite: nothing found for TensorFlow Lite Micro/);
    expect(code).toBe(0);
  });

  test("names the error in a cut file and exits with 1", async () => {
    const file = path.join(folder, "cut.tflite");
    await writeFile(file, (await readFile(model)).subarray(0, 200));
    const { code, stdout } = await smidgen("lint", file, "--json");
    const report = JSON.parse(stdout) as { findings: { severity: string }[] };
    expect(report.findings.map(({ severity }) => severity)).toContain("error");
    expect(code).toBe(1);
  });

  test("refuses a runtime that it does not know", async () => {
    const { code, stderr } = await smidgen("lint", model, "--for", "onnx");
    expect(code).toBe(1);
    expect(stderr).toMatch(/Allowed choices are tflm, tflite, litert/);
  });
});

describe("smidgen repack", () => {
  test("writes the same network without its names", async () => {
    const output = path.join(folder, "small.tflite");
    const { code, stdout } = await smidgen("repack", model, "-o", output, "--drop-names");
    expect(code).toBe(0);
    expect(stdout).toMatch(/small\.tflite: \d+ bytes, [\d.]+ % less than/);
    const small = readTflite(await readFile(output), { name: "small" });
    const { tensors, ops } = dense();
    expect(small.ops).toEqual(ops);
    expect(small.tensors.map(({ data }) => data)).toEqual(tensors.map(({ data }) => data));
    expect((await readFile(output)).length).toBeLessThan((await readFile(model)).length);
  });

  test("leaves nothing behind where it cannot write", async () => {
    const before = await readdir(folder);
    const output = path.join(folder, "missing", "small.tflite");
    const { code, stderr } = await smidgen("repack", model, "-o", output);
    expect(code).toBe(1);
    expect(stderr).toMatch(/small\.tflite cannot be written: there is no such file or folder/);
    expect(await readdir(folder)).toEqual(before);
  });
});

test("--help and --version load no command", async () => {
  expect((await smidgen("--help")).stdout).toMatch(/inspect[\s\S]*lint[\s\S]*repack/);
  expect((await smidgen("--version")).stdout).toBe("0.1.0\n");
});

test.each<[command: string, option: string, names: readonly string[]]>([
  ["train", "--dataset", datasetNames],
  ["train", "--architecture", Object.keys(architectures)],
  ["train", "--backend", ["auto", ...backendNames]],
  ["search", "--dataset", datasetNames],
  ["quantize", "--scheme", opSchemes],
  ["quantize", "--calibration", datasetNames],
  ["compare", "--samples", datasetNames],
])("help of %s names all that %s takes", async (command, option, names) => {
  const { stdout } = await smidgen(command, "--help");
  const [, text = ""] = stdout.split(new RegExp(`${option}\\b.*?>`));
  const [description = ""] = text.split(/\n +-/);
  // Words may be broken at hyphens.
  const words = description.replaceAll(/-\s+/g, "-").split(/[\s,();:]+/);
  expect(words).toEqual(expect.arrayContaining([...names]));
});

test("a reader who has enough is nobody's mistake", async () => {
  const child = spawnSmidgen("inspect", model, "--json");
  child.stdout.destroy();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await once(child, "close");
  expect(stderr).toBe("");
  expect(child.exitCode).toBe(141);
});

describe("a number that an option cannot be", () => {
  const whole = (least: string) => `It must be a whole number from ${least} to 2,147,483,647.`;

  test.each([
    ["run MODEL", "--samples", "0", whole("1")],
    ["run MODEL", "--samples", "1.5", whole("1")],
    ["run MODEL", "--samples", "99999999999", whole("1")],
    ["run MODEL --profile", "--runs", "0", whole("1")],
    ["run MODEL", "--seed", "-1", whole("0")],
    ["verify MODEL", "--samples", "-1", whole("0")],
    ["measure MODEL", "--samples", "1e3", "It must be a whole number from 0 to 100,000."],
    ["quantize MODEL -o never", "--samples", "0", whole("1")],
    ["quantize MODEL -o never --fix", "--budget", "0", whole("1")],
    ["quantize MODEL -o never --auto", "--tolerance", "-0.1", "It must be a number from 0, for"],
    ["quantize MODEL -o never --auto", "--tolerance", "5", "It must be a number from 0, for"],
    ["compare MODEL MODEL -s samples.npy", "--count", "0", whole("1")],
    ["train -o never", "--epochs", "many", "It must be a number."],
    ["train -o never", "--learning-rate", "1e400", "It must be a number."],
    ["search -o never", "--rounds", "", "It must be a number."],
  ])("%s %s %s", async (command, option, value, allowed) => {
    const args = command.split(" ").map((arg) => (arg === "MODEL" ? model : arg));
    const { code, stderr, stdout } = await smidgen(...args, option, value);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^smidgen: option '.*' argument '.*' is invalid\. /);
    expect(stderr).toContain(`'${value}' is invalid. ${allowed}`);
  });
});

test("an unknown option is refused, not ignored", async () => {
  const { code, stderr } = await smidgen("inspect", model, "--jsn");
  expect(code).toBe(1);
  expect(stderr).toMatch(/unknown option '--jsn'[\s\S]*--json/);
});

test("more random samples than fit into memory are refused before they are drawn", async () => {
  const { code, stderr } = await smidgen("run", model, "--samples", "100000000");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^smidgen: 100,000,000 samples of 12 bytes .*\n {2}Take at most 22,369,621\.\n$/,
  );
});

describe("smidgen verify", () => {
  test("certifies that both official runtimes equal our interpreter", async () => {
    const { code, stdout } = await smidgen("verify", model, "--samples", "3");
    expect(stdout).toMatch(/1 operator, 5 samples from seed 1/);
    expect(stdout).toMatch(/0 fully-connected +%2 dense +float32 +10 +within 0\.00001/);
    expect(stdout).toContain("TensorFlow Lite: equal to our interpreter in every tensor.");
    expect(stdout).toContain("LiteRT: equal to our interpreter in every tensor.");
    expect(code).toBe(0);
  });

  test("gives the same certificate for the same seed, as JSON", async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => smidgen("verify", model, "--seed", "9", "--json")),
    );
    expect(first).toEqual(second);
    expect(JSON.parse(first?.stdout ?? "")).toMatchObject({
      holds: true,
      samples: 10,
      missing: [],
    });
  });

  test("says what an official runtime is known for where it differs", async () => {
    const b = graphBuilder("mean");
    const stored = { type: "int8", quantization: perTensor(0.5, 0) } as const;
    const x = b.input("x", { ...stored, shape: [1, 2, 1, 16] });
    const axes = b.constant("axes", { type: "int32", shape: [1], data: Int32Array.of(1) });
    const mean = b.op("mean", [x, axes], { keepDims: true }, { name: "mean", ...stored });
    const file = path.join(folder, "mean.tflite");
    await writeFile(file, writeTflite(b.build([mean])));
    const { code, stdout } = await smidgen("verify", file);
    expect(stdout).toMatch(
      /TensorFlow Lite: differs from our interpreter, first in operator 0 \(mean\)\. It is known for this: it rounds/,
    );
    expect(stdout).toContain("LiteRT: equal to our interpreter in every tensor.");
    expect(code).toBe(1);
    const json = await smidgen("verify", file, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      holds: false,
      firstDifferences: {
        "TensorFlow Lite": { op: 0, kind: "mean", known: expect.stringMatching(/^rounds halves/) },
      },
    });
  });

  test("takes inputs from a file, and refuses a file that is not whole inputs", async () => {
    const inputs = path.join(folder, "inputs.bin");
    await writeFile(inputs, new Uint8Array(new Float32Array(6).buffer));
    const good = await smidgen("verify", model, "--inputs", inputs);
    expect(good.stdout).toContain("2 samples from inputs.bin");
    await writeFile(inputs, new Uint8Array(13));
    const bad = await smidgen("verify", model, "--inputs", inputs);
    expect(bad.stderr).toMatch(/inputs\.bin has 13 bytes; the inputs of one inference have 12/);
    expect(bad.code).toBe(1);
  });
});
