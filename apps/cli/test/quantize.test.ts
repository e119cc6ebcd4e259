import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphBuilder } from "@smidgen/graph";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { quantize, type QuantizeOptions } from "../src/commands/quantize.ts";
import { smidgen } from "./run-command.ts";

let folder: string;
const inFolder = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-quantize-"));
  await writeFile(inFolder("model.tflite"), writeTflite(dense()));
  await writeFile(inFolder("samples.npy"), npy([4, 3], [1, 0, -1, 0.5, 2, 0, -1, -2, 1, 0, 0, 0]));
});

afterAll(() => rm(folder, { recursive: true }));

/** hidden = relu(x · [64, 3]ᵀ), y = hidden · [2, 64]ᵀ; tensors without names but for the ends. */
function dense(): Graph {
  const b = graphBuilder("dense");
  const weights = (shape: readonly [number, number]) =>
    b.constant("", {
      type: "float32",
      shape,
      data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i)),
    });
  const x = b.input("x", { type: "float32", shape: [1, 3] });
  const options = { activation: "relu", keepNumDims: false } as const;
  const hidden = b.op("fully-connected", [x, weights([64, 3]), undefined], options, {
    name: "",
    type: "float32",
  });
  const y = b.op(
    "fully-connected",
    [hidden, weights([2, 64]), undefined],
    { ...options, activation: "none" },
    { name: "y", type: "float32" },
  );
  return b.build([y]);
}

function npy(shape: readonly number[], values: readonly number[]): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }\n`;
  const data = Float32Array.from(values);
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from("NUMPY\u0001\u0000"),
    Buffer.from([header.length, 0]),
    Buffer.from(header),
    Buffer.from(data.buffer),
  ]);
}

const typesOf = async (file: string) => {
  const graph = readTflite(await readFile(file));
  return [...graph.inputs, ...graph.outputs].map((id) => graph.tensors[id]?.type);
};

describe("smidgen quantize", () => {
  test("calibrates on an array, writes int8, and says what became of it", async () => {
    const output = inFolder("int8.tflite");
    const saved = inFolder("ranges.json");
    const { code, stdout, stderr } = await smidgen(
      "quantize",
      inFolder("model.tflite"),
      "-o",
      output,
      "--calibration",
      inFolder("samples.npy"),
      "--save-ranges",
      saved,
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/int8\.tflite {2}[\d,]+ bytes, \d+\.\d % of the float file/);
    expect(stdout).toMatch(/calibration: {2}4 samples of .*samples\.npy, min-max/);
    expect(stdout).toMatch(/TensorFlow Lite Micro: nothing found against it/);
    expect(await typesOf(output)).toEqual(["int8", "int8"]);
    const ranges = JSON.parse(await readFile(saved, "utf8")) as { tensors: object };
    expect(Object.keys(ranges.tensors)).toEqual(["x", "tensor_2", "y"]);
  });

  test("takes ranges of an earlier run, edited, instead of samples", async () => {
    const ranges = inFolder("edited.json");
    await writeFile(
      ranges,
      '{ "samples": 0, "tensors": { "x": { "min": -2, "max": 2 }, "tensor_2": { "min": 0, "max": 9 }, "y": { "min": 0, "max": 25.5 } } }',
    );
    const output = inFolder("edited.tflite");
    const { stderr, code } = await smidgen(
      "quantize",
      inFolder("model.tflite"),
      "-o",
      output,
      "--ranges",
      ranges,
      "--outputs",
      "float32",
      "--operator",
      "y=int16x8",
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const { tensors, ops } = readTflite(await readFile(output));
    expect(ops.map(({ kind }) => kind)).toEqual([
      "fully-connected",
      "dequantize",
      "quantize",
      "fully-connected",
      "dequantize",
    ]);
    expect(tensors.find(({ name }) => name === "y_int16")?.quantization).toMatchObject({
      scale: Math.fround(25.5 / 32_767),
    });
  });

  test("needs no samples where activations stay floats; says what chips will not run", async () => {
    const { stdout, code } = await smidgen(
      "quantize",
      inFolder("model.tflite"),
      "-o",
      inFolder("f16.tflite"),
      "--scheme",
      "float16",
      "--json",
    );
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { calibration: string; scheme: { default: string } };
    expect(report).toMatchObject({ calibration: "none needed", scheme: { default: "float16" } });
  });

  test("without samples: refused without a stack, and nothing is written", async () => {
    const before = await readdir(folder);
    const { code, stderr, stdout } = await smidgen(
      "quantize",
      inFolder("model.tflite"),
      "-o",
      inFolder("never.tflite"),
    );
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^smidgen: integers need to know what values the network will see/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readdir(folder)).toEqual(before);
  });

  const defaults: QuantizeOptions = {
    scheme: "int8",
    operator: [],
    calibration: [],
    samples: 500,
    seed: 1,
    method: "min-max",
    resetState: false,
    converter: "auto",
    json: false,
    output: "never.tflite",
  };

  test.each<[problem: string, options: Partial<QuantizeOptions>, message: RegExp]>([
    ["a scheme that there is not", { scheme: "int3" }, /"default": "int3"/],
    ["a pattern for nothing", { operator: ["conv*=int4"] }, /no operator.*\n- "conv\*"/],
    ["an operator without scheme", { operator: ["y"] }, /"y" is not PATTERN=SCHEME/],
    ["a method that there is not", { method: "best" }, /"best" is no calibration method/],
    [
      "ranges that are none",
      { ranges: "model.tflite" },
      /model\.tflite cannot be used:\n- it is not/,
    ],
    ["an array of other inputs", { calibration: ["wrong.npy"] }, /inputs of "x" \[1, 3\]/],
    ["a file that is not there", { calibration: ["nothing.npy"] }, /nothing\.npy cannot be read/],
    ["arrays and datasets", { calibration: ["wrong.npy", "mnist"] }, /are not all \.npy files/],
    ["a scheme file with typos", { scheme: "scheme.json" }, /Unrecognized key: "defualt"/],
  ])("%s: refused", async (_, options, message) => {
    await writeFile(inFolder("wrong.npy"), npy([2, 2], [1, 2, 3, 4]));
    await writeFile(inFolder("scheme.json"), '{ "defualt": "int8" }');
    const place = (name: string) => (/\.(npy|json|tflite)$/.test(name) ? inFolder(name) : name);
    const given = { ...defaults, ...options };
    const act = quantize(
      inFolder("model.tflite"),
      {
        ...given,
        output: inFolder("never.tflite"),
        scheme: place(given.scheme),
        calibration: given.calibration.map(place),
        ranges: given.ranges && place(given.ranges),
      },
      () => {},
    );
    await expect(act).rejects.toThrow(
      expect.objectContaining({ name: "UserError", message: expect.stringMatching(message) }),
    );
    expect(await readdir(folder)).not.toContain("never.tflite");
  });
});
