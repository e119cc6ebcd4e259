import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { compileKernels } from "../assembly/build/compile.ts";
import { moduleFile, moduleSource } from "../assembly/build/module-source.ts";
import { loadKernels } from "../src/wasm-engine/kernels.ts";
import { Memory } from "../src/wasm-engine/web-assembly.ts";

test("the committed module is what its source compiles to", { timeout: 300_000 }, async () => {
  const committed = await readFile(moduleFile, "utf8");
  expect(committed).toBe(moduleSource(await compileKernels()));
});

test("exp is within 1.2 units in the last place", () => {
  const memory = new Memory({ initial: 64, maximum: 64 });
  const kernels = loadKernels(memory);
  const count = 400_000;
  const at = Math.ceil(kernels.freeMemory() / 16) * 16;
  const values = new Float32Array(memory.buffer, at, count);
  for (let i = 0; i < count; i++) values[i] = -87.2 * (i / count) ** 2;
  const inputs = values.slice();
  kernels.exponentials(at, count);
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const expected = Math.exp(inputs[i]!);
    const unit = 2 ** (Math.floor(Math.log2(expected)) - 23);
    worst = Math.max(worst, Math.abs(values[i]! - expected) / unit);
  }
  expect(worst).toBeLessThan(1.2);
  expect(worst).toBeGreaterThan(0.5);
});

test("exp of what is too small is next to nothing, and of NaN is NaN", () => {
  const memory = new Memory({ initial: 2, maximum: 2 });
  const kernels = loadKernels(memory);
  const at = Math.ceil(kernels.freeMemory() / 16) * 16;
  const values = new Float32Array(memory.buffer, at, 4);
  values.set([-1e9, -Infinity, NaN, 0]);
  kernels.exponentials(at, 4);
  expect(values[0]).toBeLessThan(2e-38);
  expect(values[1]).toBeLessThan(2e-38);
  expect(values[2]).toBeNaN();
  expect(values[3]).toBe(1);
});
