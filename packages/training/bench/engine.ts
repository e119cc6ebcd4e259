/**
 * The engine against the training loop on tfjs' WebAssembly backend, and against its own loops in C:
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
import { buildModel, selectBackend } from "@smidgen/training";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { batches } from "../src/batches.ts";
import { tfjsEngine } from "../src/tfjs-engine.ts";
import type { Batch, TrainingEngine } from "../src/training-engine.ts";
import { makeMachine } from "../src/wasm-engine/machine.ts";
import { scatter } from "../src/wasm-engine/parameters.ts";
import { readNetwork } from "../src/wasm-engine/read-network.ts";
import { wasmEngine } from "../src/wasm-engine/wasm-engine.ts";
import { median } from "./ratio.ts";

const steps = 100;
const rounds = 15;
const stepsPerEpoch = 1875;

const { train } = await loadDataset({ name: "mnist", fallback: false });
const count = steps * 32;
const images = train.images.subarray(0, (count * train.images.length) / train.count);
const examples = { ...train, count, images, labels: train.labels.subarray(0, count) };
const { description } = await selectBackend("wasm");
console.log(`A is ${description}`);

const scratch = mkdtempSync(join(tmpdir(), "engine-bench-"));
try {
  const loops = buildLoops();
  for (const architecture of ["cnn", "mlp"] as const) {
    const options = { inputShape: train.shape, classes: 10, seed: 1 };
    const [theirs, ours] = [
      await buildModel(architecture, options),
      await buildModel(architecture, options),
    ];
    const file = join(scratch, architecture);
    const all = [...batches(examples, 32)];
    writeFileSync(file, encode(ours, all, architecture === "cnn"));
    const reference = tfjsEngine(theirs, tf.train.adam(1e-3));
    const engine = await wasmEngine(ours, tf.train.adam(1e-3));
    const times: Record<"tfjs" | "engine" | "c", number[]> = { tfjs: [], engine: [], c: [] };
    for (let round = -2; round < rounds; round++) {
      const tfjs = processorTime(() => trainOn(reference, all));
      const ownTime = processorTime(() => trainOn(engine, all));
      const c = loops && runLoops(loops, file);
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
      `  A tfjs-wasm  ${figure(a)}`,
      `  B engine     ${figure(b)}: ${(a / b).toFixed(1)} times as fast as A`,
      ...(loops
        ? [`  C SSE2       ${figure(c)}: B takes ${(b / c).toFixed(2)} times as long`]
        : []),
    ];
    console.log(lines.join("\n"));
  }
  if (loops === undefined) console.log("NOT MEASURED: the C loops, because there is no gcc");
} finally {
  rmSync(scratch, { recursive: true });
}

function figure(ms: number): string {
  const epoch = ((ms / steps) * stepsPerEpoch) / 1000;
  return `${(ms / steps).toFixed(3)} ms a step, ${epoch.toFixed(2)} s an epoch of ${stepsPerEpoch}`;
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
