import { readFile } from "node:fs/promises";
import { generateModelArray } from "@smidgen/codegen";
import { type CoreName, coreNames, estimate, optimizations } from "@smidgen/device";
import { byteCount, type Graph, tensorOf } from "@smidgen/graph";
import { readTflite } from "@smidgen/tflite";
import { z } from "zod";
import { codesFor, measureOnChips } from "../measure-on-chips.ts";
import { measureTflite } from "../measure-tflite.ts";
import type { DatasetFile, DeployFile } from "../results.ts";
import type { Stage } from "../stage.ts";

const settingsSchema = z.strictObject({
  optimization: z.enum(optimizations),
  /** Test images that are answered on every core. */
  images: z.int().positive(),
  /** The core whose memory stands for the whole in the report. */
  memoryOf: z.enum(coreNames),
  cores: z.array(
    z.strictObject({
      core: z.enum(coreNames),
      megahertz: z.number().positive(),
      clockOf: z.string(),
    }),
  ),
});

const name = "digits";

/** The int8 model as C for chips, built and run on emulated ones. */
export async function deploy(stage: Stage): Promise<void> {
  const settings = await stage.settings(settingsSchema);
  const bytes = await readFile(await stage.result("quantize", "model-int8.tflite"));
  const graph = readTflite(bytes, { name: "digits" });
  const { classes } = await stage.readJson<DatasetFile>("dataset", "dataset.json");
  const sources = await writeProjects(stage, graph, settings.cores, classes);

  const arrays = generateModelArray(bytes, {
    name: "digits_model",
    description:
      "int8 classifier of handwritten digits: image [1, 28, 28, 1] to class scores [1, 10]",
  });
  for (const { path, text } of arrays) await stage.write(path, text);

  const { evaluation, memory } = await measureTflite(stage, "model-int8.tflite", bytes, "double");
  const [portable] = codesFor(graph, settings.memoryOf, { name, labels: [] });
  const { constants, statics } = estimate(settings.memoryOf, portable.sources);
  const result: DeployFile = {
    evaluation,
    memory,
    arrayBytes: bytes.length,
    generated: {
      constantBytes: constants,
      variableBytes: statics,
      operandBytes: [...graph.inputs, ...graph.outputs].reduce(
        (sum, id) => sum + byteCount(tensorOf(graph, id)),
        0,
      ),
    },
    memoryOf: settings.memoryOf,
    chips: await measureOnChips(stage, graph, name, settings),
    sources: [...sources, ...arrays.map(({ path }) => path)],
  };
  await stage.write("deploy.json", JSON.stringify(result, undefined, 2));
}

/** A folder for portable C, and one for each core that has code of its own. */
async function writeProjects(
  stage: Stage,
  graph: Graph,
  cores: readonly { readonly core: CoreName }[],
  labels: readonly string[],
): Promise<readonly string[]> {
  const codes = cores.flatMap(({ core }) => codesFor(graph, core, { name, labels }));
  const byTarget = new Map(codes.flatMap((code) => (code ? [[code.target, code.sources]] : [])));
  const written: string[] = [];
  for (const [target, sources] of byTarget) {
    for (const { path, text } of sources) {
      await stage.write(`${target}/${path}`, text);
      written.push(`${target}/${path}`);
    }
  }
  stage.log(`C projects: ${[...byTarget.keys()].join(", ")}`);
  return written;
}
