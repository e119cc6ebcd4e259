import path from "node:path";
import { generateC } from "@smidgen/codegen";
import { type CoreName, measure, modelInterface, runOnHost } from "@smidgen/device";
import { UserError } from "@smidgen/errors";
import { elementCount, isConstant } from "@smidgen/graph";
import { announceSkipped, type GoldenModel, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { describe, expect, test } from "vitest";
import { sanitizingCompilers, availableCores, toolchains } from "./available.ts";

const own = goldenModels(path.join(import.meta.dirname, "../../runtime/test/golden"));
const shared = goldenModels().filter(({ name }) => own.every((model) => model.name !== name));
const cases = [...own, ...shared].filter(hasC);

/** What the code is generated for, and one core that runs it. */
const built: readonly (readonly [target: CoreName | "portable", core: CoreName])[] = [
  ["portable", "cortex-m0"],
  ["cortex-m4", "cortex-m4"],
  ["cortex-m55", "cortex-m55"],
  ["portable", "riscv32"],
];

test("the models that this package keeps are among those that C is generated for", () => {
  const names = cases.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["s_cnn_c8_p_16_10", "s_mlp_784_28_10"]));
});

describe.each(built.filter(([, core]) => availableCores.includes(core)))(
  "code for %s on %s computes what TensorFlow Lite Micro computes",
  (target, core) => {
    test.each(cases)("$name", async (golden) => {
      const { graph, model } = read(golden);
      // The first is random, the next to last all zero points, the last all extremes.
      const chosen = [0, golden.meta.samples - 2, golden.meta.samples - 1];
      const { outputs, warnings, flash, ram } = await measure(
        core,
        generateC(graph, { name: "model", target }),
        {
          toolchains,
          model,
          optimization: "-O2",
          skewed: true,
          samples: slices(golden, "inputs", "inputs.bin").filter((_, i) => chosen.includes(i)),
        },
      );
      const expected = slices(golden, "outputs", "outputs.bin").filter((_, i) =>
        chosen.includes(i),
      );
      expect(outputs).toEqual(expected);
      expect(warnings).toBe("");
      // What was weighed is what the model has.
      const weights = graph.tensors
        .filter(isConstant)
        .reduce((sum, { shape }) => sum + elementCount(shape), 0);
      expect(flash.weights).toBeGreaterThan(0.9 * weights);
      expect(ram.statics).toBeGreaterThanOrEqual(ram.arena);
    });
  },
);

describe.each(sanitizingCompilers)("%s, with sanitizers", (compiler) => {
  test.each(cases)("$name computes what TensorFlow Lite Micro computes", async (golden) => {
    const { graph, model } = read(golden);
    const gentle = golden.file("inputs_smooth.bin") !== undefined;
    const { outputs, warnings } = await runOnHost(generateC(graph, { name: "model" }), {
      toolchains,
      compiler,
      model,
      optimization: "-O2",
      sanitize: true,
      skewed: true,
      samples: [
        ...slices(golden, "inputs", "inputs.bin"),
        ...(gentle ? slices(golden, "inputs", "inputs_smooth.bin") : []),
      ],
    });
    expect(outputs).toEqual([
      ...slices(golden, "outputs", "outputs.bin"),
      ...(gentle ? slices(golden, "outputs", "outputs_smooth.bin") : []),
    ]);
    expect(warnings).toBe("");
  });
});

function read(golden: GoldenModel) {
  const graph = readTflite(golden.model, { name: golden.name });
  return { graph, model: modelInterface(graph, { name: "model" }) };
}

/** Networks of floats are not held to the bit here, and some operators have no C. */
function hasC(golden: GoldenModel): boolean {
  const { graph } = read(golden);
  if (graph.tensors.some((tensor) => tensor.type === "float32" && isConstant(tensor))) return false;
  try {
    generateC(graph);
    return true;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "no-c-code") throw error;
    announceSkipped(`${golden.name} as C`, `${error.message}.`);
    return false;
  }
}

type Bins = "inputs.bin" | "outputs.bin" | "inputs_smooth.bin" | "outputs_smooth.bin";

function slices(golden: GoldenModel, side: "inputs" | "outputs", file: Bins): Uint8Array[] {
  const bytes = golden.meta[side].reduce((sum, operand) => sum + operand.bytes, 0);
  const all = golden.file(file) as Uint8Array;
  return Array.from({ length: all.length / bytes }, (_, i) =>
    all.slice(i * bytes, (i + 1) * bytes),
  );
}
