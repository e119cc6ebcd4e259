import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graphBuilder } from "@smidgen/graph";
import { inspectTflite, readTflite, writeTflite } from "@smidgen/tflite";
import { smidgen } from "./run-command.ts";

let folder: string;
let model: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-cli-"));
  model = path.join(folder, "sums.tflite");
  await writeFile(model, writeTflite(sums()));
});

afterAll(() => rm(folder, { recursive: true }));

/** y = relu(W·x) + 1 */
function sums() {
  const b = graphBuilder("sums");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const data = Float32Array.of(1, 2, 3, -4, 5, -6);
  const w = b.constant("w", { type: "float32", shape: [3, 2], data });
  const one = b.constant("one", { type: "float32", shape: [1], data: Float32Array.of(1) });
  const options = { activation: "relu", keepNumDims: false } as const;
  const dense = b.op("fully-connected", [x, w, undefined], options, {
    name: "dense",
    type: "float32",
  });
  return b.build([
    b.op("add", [dense, one], { activation: "none" }, { name: "y", type: "float32" }),
  ]);
}

/** An .npy file of version 1. */
function npy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const fields = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const header = `${fields.padEnd(117)}\n`;
  const text = (characters: string) => new TextEncoder().encode(characters);
  const start = Uint8Array.of(
    0x93,
    ...text("NUMPY"),
    1,
    0,
    header.length & 255,
    header.length >> 8,
  );
  return Uint8Array.of(...start, ...text(header), ...new Uint8Array(values.buffer));
}

describe("smidgen run", () => {
  test("computes what an .npy file holds, sample by sample", async () => {
    const inputs = path.join(folder, "two.npy");
    await writeFile(inputs, npy(Float32Array.of(1, 1, 10, 0), [2, 2]));
    const { code, stdout } = await smidgen("run", model, "--inputs", inputs);
    expect(code).toBe(0);
    expect(stdout).toMatch(/sums\.tflite {2}2 operators, 2 samples, profile double/);
    expect(stdout).toMatch(/0 {2}y {2}\[4, 1, 1\]\n1 {2}y {2}\[11, 31, 51\]\n/);
  });

  test("draws the same inputs from the same seed", async () => {
    const outputsOf = async (seed: string) => {
      const { stdout } = await smidgen("run", model, "--seed", seed, "--samples", "2", "--json");
      return (JSON.parse(stdout) as { outputs: readonly { y: readonly number[] }[] }).outputs;
    };
    const first = await outputsOf("3");
    expect(first).toHaveLength(2);
    expect(await outputsOf("3")).toEqual(first);
    expect(await outputsOf("4")).not.toEqual(first);
  });

  test("profiles every operator", async () => {
    const { stdout } = await smidgen("run", model, "--profile", "--runs", "5");
    expect(stdout).toMatch(
      /0 {2}fully_connected_float32 +\[1, 3\] +[\d.]+ +[\d.]+ % +6 +44 +12\n1 {2}add_float32/,
    );
    expect(stdout).toMatch(/ all +[\d.]+ +6 +\d+ +24\n/);
  });

  test("says which inputs the model takes if the file holds others", async () => {
    const inputs = path.join(folder, "three.npy");
    await writeFile(inputs, npy(Float32Array.of(1, 2, 3), [1, 3]));
    const { code, stderr } = await smidgen("run", model, "--inputs", inputs);
    expect(code).toBe(1);
    expect(stderr).toMatch(/an array of \[1, 3\] does not hold inputs of "x" \[1, 2\]/);
  });
});

describe("smidgen plan", () => {
  test("says where tensors lie, and that less is not possible", async () => {
    const { code, stdout } = await smidgen("plan", model);
    expect(code).toBe(0);
    expect(stdout).toMatch(/sums\.tflite {2}32 bytes of arena, the least possible/);
    expect(stdout).toMatch(/%3 dense +\d+ +\d+ +12 +0 +1\n/);
  });

  test("takes less where operators may write over what they read", async () => {
    const { stdout } = await smidgen("plan", model, "--in-place", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      arenaBytes: 32,
      overwrites: [{ op: 1, input: 3, output: 4 }],
    });
  });

  test("writes the model with its plan", async () => {
    const output = path.join(folder, "planned.tflite");
    const { code } = await smidgen("plan", model, "-o", output);
    expect(code).toBe(0);
    const bytes = await readFile(output);
    const [entry] = inspectTflite(bytes).metadata;
    expect(entry?.offlineMemoryPlan?.filter((offset) => offset !== undefined)).toHaveLength(3);
    expect(readTflite(bytes)).toEqual(readTflite(await readFile(model)));
    expect((await smidgen("inspect", output)).stdout).toMatch(
      /metadata "OfflineMemoryAllocation": 3 of 5 tensors, %0 at /,
    );
  });

  test("writes no plan that only our own loops can follow", async () => {
    const output = path.join(folder, "unsafe.tflite");
    const { code, stderr } = await smidgen("plan", model, "--overlap", "-o", output);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is for our own loops[\s\S]*Leave out --in-place and --overlap/);
  });
});
