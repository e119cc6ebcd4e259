import path from "node:path";
import { type GenerateCOptions, generateC, toCIdentifier } from "@smidgen/codegen";
import { readTflite } from "@smidgen/tflite";
import { fileExists, makeFolder, readBytes, writeWhole } from "../files.ts";
import { count, table } from "../text.ts";

export interface GenerateSettings {
  readonly output: string;
  readonly target: NonNullable<GenerateCOptions["target"]>;
  /** Default: made of the file's name. */
  readonly name?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly arena: NonNullable<GenerateCOptions["arena"]>;
}

/** What a project has one of, and people change: written once. */
const starters = new Set(["main.c", "Makefile", "CMakeLists.txt"]);

/** Writes a C project; of what people change, only what is not there yet. */
export async function generate(
  file: string,
  { output, target, labels, arena, ...settings }: GenerateSettings,
): Promise<string> {
  const base = path.basename(file, path.extname(file));
  const graph = readTflite(await readBytes(file), { name: path.basename(file) });
  const name = settings.name ?? toCIdentifier(base);
  const sources = generateC(graph, { name, target, arena, ...(labels && { labels }) });
  const rows: string[][] = [];
  for (const source of sources) {
    const place = path.join(output, source.path);
    const isKept = starters.has(source.path) && (await fileExists(place));
    if (!isKept) {
      await makeFolder(path.dirname(place));
      await writeWhole(place, source.text);
    }
    const bytes = count(Buffer.byteLength(source.text));
    rows.push([place, isKept ? "kept as it is" : bytes]);
  }
  return `${table(["file", "bytes of text"], rows, [1])}\n\nCall smg_${name}_run, declared in ${path.join(output, "model.h")}.\n`;
}
