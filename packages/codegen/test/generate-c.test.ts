import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateC, type GenerateCOptions } from "@smidgen/codegen";
import { graphBuilder, perTensor, type TensorId, tensorOf } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { announceSkipped, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { hostCompilers, runOnHost, writeFiles } from "./run-on-host.ts";

const graphs = Object.fromEntries(
  goldenModels(path.join(import.meta.dirname, "../../runtime/test/golden")).map(
    ({ name, model }) => [name, readTflite(model, { name })],
  ),
);
const cnn = graphs["s_cnn_c8_p_16_10"]!;
const mlp = graphs["s_mlp_784_28_10"]!;
const lstm = graphs["s_lstm_int8"]!;

const digits = ['0 "\\\n??/é', ...Array.from({ length: 9 }, (_, i) => `${i + 1}`)];

const strict = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror"];
const compilers = hostCompilers.map((name) => [name, ...strict]);
const crossCompiler = "arm-none-eabi-gcc";
const hasCrossCompiler = spawnSync(crossCompiler, ["--version"]).status === 0;
if (!hasCrossCompiler) announceSkipped("C for Arm", "Install gcc-arm-none-eabi.");

let folder = "";
beforeAll(() => (folder = mkdtempSync(path.join(os.tmpdir(), "smidgen-c-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  {},
  { arena: "caller" },
  { inputs: "arena" },
  { arena: "caller", inputs: "arena" },
  { stepMarks: true },
] satisfies GenerateCOptions[])("with %j", (options) => {
  test("the example of a model with state comes out as expected, with each compiler", () => {
    writeFiles(folder, generateC(lstm, { name: "lstm", ...options }));
    for (const [compiler = "cc", ...flags] of compilers) {
      run(compiler, [...flags, "-fsanitize=address,undefined", "model.c", "main.c", "-o", "main"]);
      expect(run("./main", [])).toBe("");
    }
  });
});

test.skipIf(hostCompilers.length === 0)("the Makefile builds what it should", () => {
  writeFiles(folder, generateC(cnn, { name: "digits" }));
  run("make", ["clean", "main"]);
  expect(run("./main", [])).toBe("");
});

test.skipIf(hostCompilers.length === 0)("C++ can call it", () => {
  writeFiles(folder, generateC(mlp, { name: "digits", labels: digits }));
  const main = `#include "model.h"
static int8_t in[SMG_DIGITS_INPUT_SIZE];
static int8_t out[SMG_DIGITS_OUTPUT_SIZE];
static const float scale = SMG_DIGITS_OUTPUT_SCALE;
int main() {
  smg_digits_run(in, out);
  return scale * 256 != 1 || SMG_DIGITS_OUTPUT_ZERO_POINT != -128 || smg_digits_labels[9][0] != '9' || smg_digits_labels[0][8] != '\\xc3';
}
`;
  writeFileSync(path.join(folder, "main.cpp"), main);
  run("cc", [...strict, "-c", "model.c"]);
  run("c++", ["-std=c++11", "-Wall", "-Wextra", "-Werror", "main.cpp", "model.o", "-o", "main"]);
  expect(run("./main", [])).toBe("");
});

test.skipIf(!hasCrossCompiler).each(["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"] as const)(
  "C for %s has no warnings, and calls neither floats nor a heap",
  (target) => {
    writeFiles(folder, generateC(cnn, { name: "digits", target }));
    for (const level of ["-Os", "-O2", "-O3"]) {
      run(crossCompiler, [
        `-mcpu=${target}`,
        "-mthumb",
        target === "cortex-m55" ? "-mfloat-abi=hard" : "-mfloat-abi=soft",
        level,
        ...strict,
        "-c",
        "model.c",
      ]);
      const needed = run("arm-none-eabi-nm", [
        "--undefined-only",
        "--format=just-symbols",
        "model.o",
      ]);
      expect(needed.split(/\s+/).filter((symbol) => !allowedSymbols.has(symbol))).toEqual([]);
    }
  },
);

/** Of the library, and what GCC calls for divisions. */
const allowedSymbols = new Set([
  "",
  "memcpy",
  "memmove",
  "memset",
  "__aeabi_idiv",
  "__aeabi_uidiv",
]);

test("without its softmax a model gives what the softmax would be computed from", () => {
  const files = generateC(mlp, { name: "digits", softmax: "drop" });
  const interpreter = createInterpreter(mlp, { keepIntermediates: true });
  const sample = Int8Array.from({ length: 784 }, (_, i) => ((i * i) % 256) - 128);
  interpreter.inputs[0]!.data.set(sample as never);
  interpreter.run();
  const [before] = mlp.ops.at(-1)!.inputs as readonly [TensorId];
  const logits = interpreter.tensor(before).data as Int8Array;
  const graph = { ...mlp, outputs: [before] };
  const [result] = runOnHost(files, graph, "digits", [new Uint8Array(sample.buffer)]);
  expect(Int8Array.from(result!)).toEqual(logits);
});

test("operators without C are named, all at once", () => {
  const b = graphBuilder("floats");
  const x = b.input("x", { type: "float32", shape: [4] });
  const y = b.op("tanh", [x], {}, { name: "y", type: "float32" });
  const z = b.op("elu", [y], {}, { name: "z", type: "float32" });
  expect(() => generateC(b.build([z]))).toThrow(
    expect.objectContaining({
      code: "no-c-code",
      message: expect.stringMatching(/0 \(tanh\).*\n.*1 \(elu\)/),
    }),
  );
});

test.each([
  ["invalid-name", mlp, { name: "int" }],
  ["no-softmax", lstm, { softmax: "drop" }],
  ["wrong-labels", mlp, { labels: ["a"] }],
] as const)("%s is refused", (code, graph, options) => {
  expect(() => generateC(graph, options)).toThrow(expect.objectContaining({ code }));
});

test("an input that goes straight to the output, twice, is copied", () => {
  const b = graphBuilder("copies");
  const quantization = perTensor(1, 0);
  const x = b.input("x", { type: "int8", shape: [2, 3], quantization });
  const shape = b.constant("shape", { type: "int32", shape: [1], data: Int32Array.of(6) });
  const y = b.op(
    "reshape",
    [x, shape],
    { newShape: [6] },
    { name: "y", type: "int8", quantization },
  );
  const graph = b.build([y, x, y]);
  const sample = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const [result] = runOnHost(generateC(graph), graph, "copies", [sample]);
  expect([...result!]).toEqual([...sample, ...sample, ...sample]);
  expect(tensorOf(graph, y).shape).toEqual([6]);
});

test.each([
  [
    "arduino",
    ["examples/digits/digits.ino", "library.properties", "src/model.c", "src/smg_digits.h"],
  ],
  ["platformio", ["examples/digits/main.c", "library.json", "src/model.c", "src/smg_digits.h"]],
] as const)("a library for %s has what it looks for", (layout, expected) => {
  const files = generateC(mlp, { name: "digits", layout });
  const paths = files.map((file) => file.path);
  expect(paths).toEqual(expect.arrayContaining([...expected]));
  expect(paths.filter((file) => !file.includes("/")).toSorted()).toEqual(
    ["README.md", layout === "arduino" ? "library.properties" : "library.json"].toSorted(),
  );
  const descriptions = files.filter((file) => file.path === "library.json");
  expect(descriptions.map(({ text }) => (JSON.parse(text) as { name: string }).name)).toEqual(
    layout === "platformio" ? ["smg_digits"] : [],
  );
});

test("the same graph is the same text", () => {
  expect(generateC(cnn)).toEqual(generateC(cnn));
});

test.each(["plain", "arduino", "platformio"] as const)(
  "the README of the layout %s names an example and a header that are there",
  (layout) => {
    const files = generateC(mlp, { name: "digits", layout });
    const paths = files.map((file) => file.path);
    const { text } = files.find((file) => file.path === "README.md")!;
    const [, example] = /`([^`]+)` runs an example/.exec(text)!;
    expect(paths).toContain(example);
    const [, header] = /#include ["<](.+)[">]/.exec(text)!;
    expect(paths).toContain(layout === "plain" ? header : `src/${header}`);
  },
);

test("the README says what memory is needed", () => {
  const readme = generateC(mlp, { name: "digits" }).find((file) => file.path === "README.md");
  // Weights 784 × 28 + 28 × 10, 38 biases, and a scale for each layer; the powers of the softmax.
  expect(readme?.text).toMatch(/weights and tables \| 2[2-4],\d{3} bytes/);
  expect(readme?.text).toContain("static arena | 32 bytes");
});

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
}
