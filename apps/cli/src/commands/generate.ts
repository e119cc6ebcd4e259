import path from "node:path";
import { type GenerateCOptions, generateC, toCIdentifier } from "@smidgen/codegen";
import { readTflite } from "@smidgen/tflite";
import { fileExists, makeFolder, writeWhole } from "../files.ts";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { count, table } from "../text.ts";

/** As `generateC` has them. */
type CodeSettings = Required<
  Pick<GenerateCOptions, "target" | "arena" | "inputs" | "softmax" | "layout">
>;

export interface GenerateSettings extends CodeSettings {
  readonly output: string;
  /** Default: made of the file's name. */
  readonly name?: string | undefined;
  readonly labels?: readonly string[] | undefined;
}

/** What a project has one of, and people change: written once. */
const starters = new Set([
  "main.c",
  "Makefile",
  "CMakeLists.txt",
  "library.properties",
  "library.json",
]);

/** Writes a C project; of what people change, only what is not there yet. */
export async function generate(
  file: string,
  { output, labels, ...settings }: GenerateSettings,
): Promise<string> {
  const base = path.basename(file, path.extname(file));
  const graph = readTflite(await readTfliteBytes(file), { name: path.basename(file) });
  const { name = toCIdentifier(base), ...code } = settings;
  const sources = generateC(graph, { ...code, name, ...(labels && { labels }) });
  const rows: string[][] = [];
  for (const source of sources) {
    const place = path.join(output, source.path);
    const isKept = isStarter(source.path) && (await fileExists(place));
    if (!isKept) {
      await makeFolder(path.dirname(place));
      await writeWhole(place, source.text);
    }
    const bytes = count(Buffer.byteLength(source.text));
    rows.push([place, isKept ? "kept as it is" : bytes]);
  }
  const header =
    code.layout === "plain" ? path.join(output, "model.h") : `<smg_${name}.h> of the library`;
  return `${table(["file", "bytes of text"], rows, [1])}\n\nCall smg_${name}_run, declared in ${header}.\n`;
}

function isStarter(file: string): boolean {
  return starters.has(path.basename(file)) || file.endsWith(".ino");
}
