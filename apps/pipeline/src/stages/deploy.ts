import { readFile } from "node:fs/promises";
import { generateModelArray } from "@smidgen/codegen";
import { measureTflite } from "../measure-tflite.ts";
import type { DeployFile } from "../results.ts";
import type { Stage } from "../stage.ts";

/** The int8 model as C source for a chip, and the memory that one inference needs there. */
export async function deploy(stage: Stage): Promise<void> {
  const bytes = await readFile(await stage.result("quantize", "model-int8.tflite"));
  const sources = generateModelArray(bytes, {
    name: "digits_model",
    description:
      "int8 classifier of handwritten digits: image [1, 28, 28, 1] to class scores [1, 10]",
  });
  for (const { path, text } of sources) await stage.write(path, text);
  const { evaluation, memory } = await measureTflite(stage, "model-int8.tflite", bytes, "double");
  const result: DeployFile = {
    modelBytes: bytes.length,
    evaluation,
    memory,
    sources: sources.map(({ path }) => path),
  };
  await stage.write("deploy.json", JSON.stringify(result, undefined, 2));
  stage.log(
    `${result.sources.join(", ")}: ${result.modelBytes} bytes of flash, an arena of ${memory.arenaBytes} bytes of RAM`,
  );
}
