import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { SourceFile } from "@smidgen/codegen";
import { byteCount, type Graph, type TensorId, tensorOf } from "@smidgen/graph";

/** C compilers of this machine. */
export const hostCompilers = ["gcc", "clang"].filter(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

const strict = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror"];
const sanitizers = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

export interface HostOptions {
  readonly compiler?: string;
  readonly flags?: readonly string[];
}

/**
 * What generated C computes from each sample: outputs, one behind the other.
 *
 * The model is compiled with all warnings as errors and run with sanitizers for memory and undefined behaviour.
 * sample: all inputs, one behind the other. Before each one the model is reset, unless `keepState`.
 */
export function runOnHost(
  files: readonly SourceFile[],
  graph: Graph,
  name: string,
  samples: readonly Uint8Array[],
  { keepState = false, ...options }: HostOptions & { readonly keepState?: boolean } = {},
): readonly Uint8Array[] {
  return withHostProgram(files, graph, name, options, (run) => run(samples, keepState));
}

/** The same for several lists of samples: compiled once, and removed in the end. */
export function withHostProgram<T>(
  files: readonly SourceFile[],
  graph: Graph,
  name: string,
  { compiler = hostCompilers[0] ?? "cc", flags = [] }: HostOptions,
  use: (run: (samples: readonly Uint8Array[], keepState: boolean) => readonly Uint8Array[]) => T,
): T {
  const folder = mkdtempSync(path.join(os.tmpdir(), "smidgen-c-"));
  try {
    writeFiles(folder, files);
    writeFileSync(path.join(folder, "harness.c"), harness(graph, name, files));
    const sources = ["model.c", "harness.c", "-o", "program"];
    execFileSync(compiler, [...strict, ...sanitizers, ...flags, ...sources], { cwd: folder });
    return use((samples, keepState) => {
      const output = execFileSync(path.join(folder, "program"), keepState ? ["keep"] : [], {
        input: Buffer.concat(samples),
        maxBuffer: 2 ** 28,
      });
      const size = bytesOf(graph, graph.outputs);
      return samples.map((_, i) => output.subarray(i * size, (i + 1) * size));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function writeFiles(folder: string, files: readonly SourceFile[]): void {
  for (const { path: file, text } of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
}

function bytesOf(graph: Graph, ids: readonly TensorId[]): number {
  return ids.reduce((sum, id) => sum + byteCount(tensorOf(graph, id)), 0);
}

/** Arrays of their own for every operand, from malloc, so that the sanitizer sees what goes beyond them. */
function harness(graph: Graph, name: string, files: readonly SourceFile[]): string {
  const hasReset = files.some(({ text }) => text.includes(`smg_${name}_reset(void)`));
  const allocate = (ids: readonly TensorId[], prefix: string) =>
    ids.map((id, i) => {
      const size = byteCount(tensorOf(graph, id));
      return `  void *${prefix}${i} = malloc(${size}); if (!${prefix}${i}) { return 2; }\n`;
    });
  const free = (ids: readonly TensorId[], prefix: string) =>
    ids.map((_, i) => `  free(${prefix}${i});\n`);
  const reads = graph.inputs.map((id, i) => {
    const size = byteCount(tensorOf(graph, id));
    return `    if (fread(i${i}, 1, ${size}, stdin) != ${size}) { break; }\n`;
  });
  const writes = graph.outputs.map((id, i) => {
    const size = byteCount(tensorOf(graph, id));
    return `    if (fwrite(o${i}, 1, ${size}, stdout) != ${size}) { return 3; }\n`;
  });
  const names = [...graph.inputs.map((_, i) => `i${i}`), ...graph.outputs.map((_, i) => `o${i}`)];
  return `#include <stdio.h>
#include <stdlib.h>
#include "model.h"
int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
${[...allocate(graph.inputs, "i"), ...allocate(graph.outputs, "o")].join("")}  for (;;) {
${reads.join("")}${hasReset ? `    if (argc == 1) { smg_${name}_reset(); }\n` : ""}    smg_${name}_run(${names.join(", ")});
${writes.join("")}  }
${[...free(graph.inputs, "i"), ...free(graph.outputs, "o")].join("")}  return 0;
}
`;
}
