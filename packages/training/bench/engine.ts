/**
 * The engine against our training loop on the WebAssembly backend of TensorFlow.js, and against its own
 * loops in C:
 *
 *     SMIDGEN_DATA_DIR=… npx tsx -C @smidgen/source bench/engine.ts
 *
 * Medians of processor time, of runs in turn: all of them see the same batches of MNIST, and the machine
 * in the same mood. The C loops (`engine-loops.c`) are built with `gcc -O3 -msse2`, if there is gcc; they must
 * end with the same loss.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadDataset } from "@smidgen/datasets";
import { buildModel, selectBackend, type Examples } from "@smidgen/training";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { batches } from "../src/batches.ts";
import { tfjsEngine } from "../src/tfjs-engine.ts";
import type { Batch, TrainingEngine } from "../src/training-engine.ts";
import { makeMachine } from "../src/wasm-engine/machine.ts";
import { scatter } from "../src/wasm-engine/parameters.ts";
import { readNetwork } from "../src/wasm-engine/read-network.ts";
import { wasmEngine } from "../src/wasm-engine/wasm-engine.ts";
import { median } from "./ratio.ts";

const rounds = 11;
const stepsPerEpoch = 1875;

const { train } = await loadDataset({ name: "mnist", fallback: false });
const options = { inputShape: train.shape, classes: 10, seed: 1 };
const networks = {
  cnn: { build: () => buildModel("cnn", options), steps: 100 },
  mlp: { build: () => buildModel("mlp", options), steps: 100 },
  normalized: { build: async () => normalized(), steps: 10 },
};
const { description } = await selectBackend("wasm");
console.log(`A is ${description}`);

const scratch = mkdtempSync(join(tmpdir(), "engine-bench-"));
try {
  const loops = buildLoops();
  for (const [architecture, { build, steps }] of Object.entries(networks)) {
    const [theirs, ours] = [await build(), await build()];
    const file = join(scratch, architecture);
    const all = [...batches(firstExamples(train, steps * 32), 32)];
    const program = architecture === "normalized" ? undefined : loops;
    if (program !== undefined) writeFileSync(file, encode(ours, all, architecture === "cnn"));
    const reference = tfjsEngine(theirs, tf.train.adam(1e-3));
    const engine = await wasmEngine(ours, tf.train.adam(1e-3));
    const times: Record<"tfjs" | "engine" | "c", number[]> = { tfjs: [], engine: [], c: [] };
    for (let round = -2; round < rounds; round++) {
      const tfjs = processorTime(() => trainOn(reference, all));
      const ownTime = processorTime(() => trainOn(engine, all));
      const c = program && runLoops(program, file);
      if (round === -2 && c && Math.abs(c.loss - ownTime.loss) > 1e-4) {
        throw new Error(`the C loops come to ${c.loss}, the engine to ${ownTime.loss}`);
      }
      if (round < 0) continue;
      times.tfjs.push(tfjs.ms);
      times.engine.push(ownTime.ms);
      if (c) times.c.push(c.ms);
    }
    const [a, b, c] = [median(times.tfjs), median(times.engine), median(times.c)];
    const lines = [
      `${architecture}, batches of 32, processor time (medians of ${rounds} rounds of ${steps} steps):`,
      `  A tfjs-wasm  ${figure(a / steps)}`,
      `  B engine     ${figure(b / steps)}: ${(a / b).toFixed(1)} times as fast as A`,
      ...(program
        ? [`  C SSE2       ${figure(c / steps)}: B takes ${(b / c).toFixed(2)} times as long`]
        : []),
    ];
    console.log(lines.join("\n"));
  }
  if (loops === undefined) console.log("NOT MEASURED: the C loops, because there is no gcc");
} finally {
  rmSync(scratch, { recursive: true });
}

/** Three convolutions with batch normalization, 12 → 24 → 48 channels, 14,086 parameters. */
function normalized(): LayersModel {
  const block = (filters: number, strides: number, inputShape?: readonly number[]) => [
    layers.conv2d({
      filters,
      strides,
      kernelSize: 3,
      padding: "same",
      useBias: false,
      ...(inputShape && { inputShape: [...inputShape] }),
    }),
    layers.batchNormalization(),
    layers.reLU(),
  ];
  return sequential({
    layers: [
      ...block(12, 1, train.shape),
      ...block(24, 2),
      ...block(48, 2),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}

function figure(stepMs: number): string {
  const epoch = (stepMs * stepsPerEpoch) / 1000;
  return `${stepMs.toFixed(3)} ms a step, ${epoch.toFixed(2)} s an epoch of ${stepsPerEpoch}`;
}

function firstExamples({ count, shape, images, labels }: Examples, first: number): Examples {
  return {
    count: first,
    shape,
    images: images.subarray(0, (first * images.length) / count),
    labels: labels.subarray(0, first),
  };
}

function trainOn(engine: TrainingEngine, all: readonly Batch[]): number {
  let loss = 0;
  for (const batch of all) ({ loss } = engine.trainBatch(batch));
  return loss;
}

function processorTime(run: () => number): { ms: number; loss: number } {
  const before = process.cpuUsage();
  const loss = run();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, loss };
}

function buildLoops(): string | undefined {
  const program = join(scratch, "loops");
  const source = fileURLToPath(new URL("engine-loops.c", import.meta.url));
  if (spawnSync("gcc", ["--version"]).error) return undefined;
  execFileSync("gcc", ["-O3", "-msse2", "-o", program, source, "-lm"]);
  return program;
}

/** The second of two rounds, so that the first has the pages and the caches to warm; the loss is the first's. */
function runLoops(program: string, file: string): { ms: number; loss: number } {
  const [first, second] = execFileSync(program, [file, "2"], { encoding: "utf8" }).split("\n");
  return { ms: Number(second!.split(" ")[0]) * 1000, loss: Number(first!.split(" ")[1]) };
}

/** What `engine-loops.c` reads. */
function encode(model: LayersModel, all: readonly Batch[], isCnn: boolean): Buffer {
  const read = readNetwork(model);
  if (!("network" in read)) throw new Error(read.reasons.join("; "));
  const { parameters } = makeMachine(read.network, { seed: 1, trains: true });
  const weights = new Float32Array(parameters.floats);
  for (const { weight, at, positions } of parameters.all) {
    scatter(
      weight.variable.dataSync(),
      positions,
      weights.subarray((at - parameters.weightsAt) / 4),
    );
  }
  const parts = [
    Int32Array.of(isCnn ? 1 : 0, all.length),
    weights,
    ...all.flatMap(({ pixels, labels }) => [
      Float32Array.from(pixels, (pixel) => pixel / 255),
      Int32Array.from(labels),
    ]),
  ];
  return Buffer.concat(parts.map((part) => new Uint8Array(part.buffer)));
}
