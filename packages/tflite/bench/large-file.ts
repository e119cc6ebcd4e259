import { createHash } from "node:crypto";
import { type Graph, graphBuilder, perAxis, perTensor, type TensorId } from "@smidgen/graph";
import { inspectTflite, lintTflite, readTflite, repackTflite, writeTflite } from "@smidgen/tflite";

/**
 * How long a file of 4 MB takes, in multiples of hashing it with SHA-256, and how much memory in multiples of its size:
 *
 *     npm run bench
 *
 * Medians of seven rounds, in each of which everything has its turn.
 */
const graph = largeGraph();
const file = writeTflite(graph);
const actions: Readonly<Record<string, () => unknown>> = {
  hash: () => createHash("sha256").update(file).digest("hex"),
  inspect: () => inspectTflite(file),
  lint: () => lintTflite(file, { for: "tflm" }),
  read: () => readTflite(file),
  write: () => writeTflite(graph),
  repack: () => repackTflite(file, { names: "drop" }),
};

const times = new Map<string, number[]>();
const memory = new Map<string, number>();
for (let round = 0; round < 8; round++) {
  for (const [name, action] of Object.entries(actions)) {
    globalThis.gc?.();
    const before = memoryInUse();
    const start = performance.now();
    const result = action();
    const milliseconds = performance.now() - start;
    memory.set(name, Math.max(memory.get(name) ?? 0, memoryInUse() - before));
    if (result === undefined) throw new Error("nothing came of it");
    // The first round warms up.
    if (round > 0) times.set(name, [...(times.get(name) ?? []), milliseconds]);
  }
}
const unit = median(times.get("hash") ?? []);
const megabytes = (file.length / 1e6).toFixed(1);
console.log(
  `${megabytes} MB, ${graph.ops.length} operators, ${graph.tensors.length} tensors; hashing takes ${unit.toFixed(1)} ms`,
);
for (const [name, all] of times) {
  const time = median(all);
  const bytes = (memory.get(name) ?? 0) / file.length;
  console.log(
    `${name}: ${(time / unit).toFixed(1)} × hashing (${time.toFixed(0)} ms), memory ${bytes.toFixed(1)} × file`,
  );
}

/** Heap and typed arrays, before anything is collected. */
function memoryInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** 400 convolutions of int8, 32 channels to 32, weights per axis. */
function largeGraph(): Graph {
  const b = graphBuilder("large");
  const activations = perTensor(0.05, -3);
  let x: TensorId = b.input("image", {
    type: "int8",
    shape: [1, 8, 8, 32],
    quantization: activations,
  });
  for (let layer = 0; layer < 400; layer++) {
    const data = Int8Array.from(
      { length: 32 * 9 * 32 },
      (_, i) => Math.imul(i + 1, 0x9e3779b1 + 2 * layer) >> 24,
    );
    const scales = Array.from({ length: 32 }, (_, i) => 0.001 * (1 + i + layer));
    const filter = b.constant(`layer ${layer}/filter`, {
      type: "int8",
      shape: [32, 3, 3, 32],
      data,
      quantization: perAxis(0, scales),
    });
    const bias = b.constant(`layer ${layer}/bias`, {
      type: "int32",
      shape: [32],
      data: Int32Array.from({ length: 32 }, (_, i) => i * layer),
      quantization: perAxis(
        0,
        scales.map((scale) => scale * 0.05),
      ),
    });
    const options = {
      padding: "same",
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      activation: "relu",
    } as const;
    x = b.op("conv-2d", [x, filter, bias], options, {
      name: `layer ${layer}`,
      type: "int8",
      quantization: activations,
    });
  }
  return b.build([x]);
}
