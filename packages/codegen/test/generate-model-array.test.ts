import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateModelArray, isCIdentifier, toCIdentifier } from "@smidgen/codegen";

const model = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) & 255);

test("an array is declared in its header and defined byte by byte", () => {
  const [header, source] = generateModelArray(Uint8Array.of(0, 255, 16), { name: "tiny" });
  expect(header?.path).toBe("tiny.h");
  expect(header?.text).toContain("extern const unsigned char tiny[TINY_BYTES];");
  expect(source?.text).toContain("{\n  0x00, 0xff, 0x10,\n};\n");
});

test.each(["3d", "a-b", "", "int", "ä", "a b", "_x"])("%j is refused as a name", (name) => {
  expect(() => generateModelArray(model, { name })).toThrow(
    expect.objectContaining({ code: "invalid-name" }),
  );
});

test("a model without bytes is refused", () => {
  expect(() => generateModelArray(new Uint8Array(), { name: "none" })).toThrow(
    expect.objectContaining({ code: "empty-model" }),
  );
});

test("any text becomes a C identifier", () => {
  expect(["mnist-cnn.int8", "3d", "int", "", "--"].map(toCIdentifier)).toEqual([
    "mnist_cnn_int8",
    "model_3d",
    "model_int",
    "model",
    "model",
  ]);
  fc.assert(fc.property(fc.string(), (text) => isCIdentifier(toCIdentifier(text))));
});

const compilers = [
  ["cc", ["-std=c99", "-x", "c"]],
  ["cc", ["-std=c11", "-x", "c"]],
  ["c++", ["-std=c++11", "-x", "c++"]],
] as const;
const missing = compilers.filter(([name]) => spawnSync(name, ["--version"]).status !== 0);
if (missing.length > 0) {
  process.stderr.write(
    `\nNOT TESTED: generated C, for want of ${missing.join(", ")}. Install a C compiler.\n`,
  );
}

describe.each(compilers)("%s %j", (compiler, flags) => {
  const isMissing = missing.some(([name]) => name === compiler);

  test.skipIf(isMissing)("compiles the array without a warning and reads the same bytes", () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "smidgen-array-"));
    try {
      const files = generateModelArray(model, { name: "tiny", description: "a */ b\n#error\\" });
      for (const { path: name, text } of files) writeFileSync(path.join(folder, name), text);
      const main = `#include <stdio.h>
#include <stdint.h>
#include "tiny.h"
int main(void) {
  if (((uintptr_t)tiny & 15u) != 0u) { return 1; }
  return fwrite(tiny, 1, TINY_BYTES, stdout) == TINY_BYTES ? 0 : 2;
}
`;
      writeFileSync(path.join(folder, "main.c"), main);
      const warnings = ["-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror"];
      const program = path.join(folder, "program");
      execFileSync(compiler, [...flags, ...warnings, "tiny.c", "main.c", "-o", program], {
        cwd: folder,
      });
      expect(execFileSync(program)).toEqual(Buffer.from(model));
      expect(readFileSync(path.join(folder, "tiny.c"), "utf8")).toMatch(
        /^\/\* a \* \/ b #error {2}\*\/\n/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
