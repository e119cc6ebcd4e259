/**
 * What generated code takes on emulated cores, beside what TensorFlow Lite Micro takes: every figure is deterministic.
 *
 *     npx tsx --conditions=@smidgen/source bench/golden-models.ts [--model NAME]… [--core NAME]… [--target NAME] [--steps] [-Os|-O2|-O3]
 *
 * Without `--target`, each core is measured with portable code and with the code that is generated for it.
 * The golden models are found as in the tests (SMIDGEN_GOLDEN_DIR).
 */
import { parseArgs } from "node:util";
import { generateC } from "@smidgen/codegen";
import {
  type CoreName,
  coreNames,
  findToolchains,
  measure,
  type Measurement,
  modelInterface,
  type Optimization,
} from "@smidgen/device";
import { type Graph, isConstant } from "@smidgen/graph";
import { type GoldenModel, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { byHand, type ReferenceFigures, referenceFigures } from "./reference-figures.ts";

const optimizationLetter = process.argv.find((word) => /^-O[s23]$/.test(word));
const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== optimizationLetter),
  options: {
    model: { type: "string", multiple: true },
    core: { type: "string", multiple: true },
    target: { type: "string" },
    steps: { type: "boolean", default: false },
    samples: { type: "string", default: "2" },
  },
});
const optimization = (optimizationLetter ?? "-O2") as Optimization;
const cores = (values.core ?? ["cortex-m4", "cortex-m55", "cortex-m0"]) as CoreName[];
for (const core of cores) if (!coreNames.includes(core)) throw new Error(`no core ${core}`);
const wanted = values.model ?? Object.keys(referenceFigures);
const toolchains = await findToolchains();

const header = [
  "model",
  "core",
  "code for",
  "instr.",
  "/TFLM ref",
  "/CMSIS-NN",
  "/by hand",
  "text",
  "const.",
  "code−model",
  "/TFLM ref",
  "statics",
  "stack",
  "in+out",
  "RAM/TFLM's arena",
  "equal",
];
const rows: string[][] = [];
for (const golden of goldenModels().filter(({ name }) => wanted.includes(name))) {
  for (const core of cores) {
    const targets = values.target === undefined ? ["portable", core] : [values.target];
    for (const target of new Set(
      ["cortex-m0", "cortex-m3", "riscv32"].includes(core) ? ["portable"] : targets,
    )) {
      rows.push(await rowOf(golden, core, target));
      process.stderr.write(".");
    }
  }
}
process.stdout.write(
  `\n${optimization}, ${toolchains["arm-none-eabi-gcc"].version}, QEMU ${toolchains["qemu-system-arm"].version}\n${table([header, ...rows])}\n`,
);

async function rowOf(golden: GoldenModel, core: CoreName, target: string): Promise<string[]> {
  const first = [golden.name, core, target];
  try {
    const graph = readTflite(golden.model, { name: "model" });
    const sources = generateC(graph, {
      name: "model",
      target: target as CoreName,
      stepMarks: true,
    });
    const count = Math.min(Number(values.samples), golden.meta.samples);
    const measured = await measure(core, sources, {
      toolchains,
      optimization,
      model: modelInterface(graph, { name: "model" }),
      samples: slices(golden, "inputs", count),
      steps: values.steps,
      timeoutSeconds: 300,
    });
    if (measured.stepInstructions !== undefined) {
      process.stdout.write(
        `${first.join(" ")}: ${measured.stepInstructions.map(({ operator, instructions }) => `${operator} ${graph.ops[operator]?.kind} ${instructions.toLocaleString("en")}`).join("; ")}\n`,
      );
    }
    const expected = slices(golden, "outputs", count);
    const isEqual = measured.outputs.every(
      (output, i) => Buffer.compare(output, expected[i] as Uint8Array) === 0,
    );
    return [...first, ...figures(graph, measured, golden.name), isEqual ? "yes" : "NO"];
  } catch (error) {
    return [...first, (error as Error).message.slice(0, 300)];
  }
}

function figures(
  graph: Graph,
  { core, instructions, flash, ram }: Measurement,
  name: string,
): string[] {
  const reference = referenceFigures[name];
  const hand = core === "cortex-m4" ? byHand[name] : undefined;
  const most = Math.max(...instructions);
  const weights = graph.tensors
    .filter(isConstant)
    .reduce((sum, { data }) => sum + (data as Int8Array).byteLength, 0);
  const code = flash.code + flash.constants + flash.initialValues - weights;
  const { inputs, outputs } = modelInterface(graph, { name: "model" });
  const operands = [...inputs, ...outputs].reduce((sum, { elements }) => sum + elements, 0);
  const ratio = (value: number, other: number | undefined) =>
    other === undefined ? "" : (value / other).toFixed(3);
  const counted = instructionsOf(core, reference);
  return [
    most.toLocaleString("en"),
    ratio(most, counted?.reference),
    ratio(most, counted?.cmsisNn),
    ratio(most, hand?.instructions),
    `${flash.code}`,
    `${flash.constants + flash.initialValues}`,
    `${code}`,
    ratio(code, reference?.code.reference),
    `${ram.statics}`,
    `${ram.stack}`,
    `${operands}`,
    ratio(ram.statics + ram.stack + operands, reference?.arena.reference),
  ];
}

function instructionsOf(
  core: CoreName,
  reference: ReferenceFigures | undefined,
): { readonly reference?: number; readonly cmsisNn: number } | undefined {
  if (core === "cortex-m0") return reference?.m0;
  if (core === "cortex-m4") return reference?.m4;
  return core === "cortex-m55" ? reference?.m55 : undefined;
}

function slices(golden: GoldenModel, kind: "inputs" | "outputs", count: number): Uint8Array[] {
  const bytes = golden.meta[kind].reduce((sum, operand) => sum + operand.bytes, 0);
  const all = golden.file(`${kind}.bin`) as Uint8Array;
  return Array.from({ length: count }, (_, i) => all.slice(i * bytes, (i + 1) * bytes));
}

function table(lines: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) =>
    Math.max(
      ...lines.map((line) => (line.length === header.length ? (line[column]?.length ?? 0) : 0)),
    ),
  );
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
