/*
 * How long the interpreter takes for the networks of the study, against loops written for each by hand and, in float32,
 * against TensorFlow.js on its backend cpu.
 * Run: pnpm --filter @smidgen/runtime bench
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Graph, graphBuilder, tensorOf, type TensorId } from "@smidgen/graph";
import { createInterpreter, type TensorView } from "@smidgen/runtime";
import { readTflite } from "@smidgen/tflite";
import { cnnFloat32, cnnInt8 } from "./hand-written-cnn.ts";
import { mlpFloat32, mlpInt8 } from "./hand-written-mlp.ts";
import { tfjsNetwork } from "./tfjs-network.ts";

const random = xoroshiro128plus(1);
const rounds = 31;
/** About as long as a round should be, in milliseconds of processor time. */
const roundMilliseconds = 60;

const networks = [
  { name: "MLP", model: "s_mlp_784_28_10", int8: mlpInt8, float32: mlpFloat32 },
  { name: "CNN", model: "s_cnn_c8_p_16_10", int8: cnnInt8, float32: cnnFloat32 },
];

/** Many, in turns: of one alone a processor soon knows by heart where each branch goes. */
const images = Array.from({ length: 64 }, () =>
  Int8Array.from({ length: 784 }, () => random.next() >> 24),
);
const realImages = images.map((image) => Float32Array.from(image, (q) => (q + 128) / 255));

for (const { name, model, int8, float32 } of networks) {
  const file = path.join(import.meta.dirname, `../test/golden/${model}/model.tflite`);
  const int8Graph = readTflite(readFileSync(file));
  compare(`${name} int8`, {
    interpreter: running(int8Graph, images),
    "by hand": checked(int8Graph, images, int8(int8Graph), 0),
  });
  const float32Graph = toFloat32(int8Graph);
  const tfjs = await tfjsNetwork(float32Graph);
  for (const image of realImages) {
    requireEqual(outputOf(float32Graph, image, outputId), tfjs(image), 1e-4);
  }
  const nextForTfjs = inTurns(realImages);
  compare(`${name} float32`, {
    interpreter: running(float32Graph, realImages),
    "by hand": checked(float32Graph, realImages, float32(float32Graph), 1e-3),
    "tfjs-backend-cpu": () => void tfjs(nextForTfjs()),
  });
}

type Numbers = Float32Array | Int8Array;

function running(graph: Graph, given: readonly Numbers[]): () => void {
  const { inputs, run } = createInterpreter(graph);
  const next = inTurns(given);
  return () => {
    dataOf(inputs[0]).set(next());
    run();
  };
}

function inTurns<T>(all: readonly T[]): () => T {
  let count = 0;
  return () => all[count++ % all.length] as T;
}

/** A network by hand, which must compute the scores that ours does. */
function checked<T extends Numbers>(
  graph: Graph,
  given: readonly T[],
  byHand: (image: T) => Numbers,
  tolerance: number,
): () => void {
  for (const image of given) {
    requireEqual(outputOf(graph, image, scoresId), byHand(image), tolerance);
  }
  const next = inTurns(given);
  return () => void byHand(next());
}

function outputId({ outputs }: Graph): TensorId {
  return outputs[0] as TensorId;
}

/** What goes into the softmax at the end. */
function scoresId({ ops }: Graph): TensorId {
  return ops.at(-1)?.inputs[0] as TensorId;
}

function outputOf(graph: Graph, input: Numbers, idOf: (graph: Graph) => TensorId): Numbers {
  const interpreter = createInterpreter(graph, { keepIntermediates: true });
  dataOf(interpreter.inputs[0]).set(input);
  interpreter.run();
  return dataOf(interpreter.tensor(idOf(graph))).slice();
}

/** The elements, which are numbers in these networks. */
function dataOf(tensor: TensorView | undefined): Numbers {
  if (tensor === undefined) throw new Error("the network has no such tensor");
  return tensor.data as Numbers;
}

/** All in turns; the first is compared with each of the others, round by round. */
function compare(name: string, runners: Readonly<Record<string, () => void>>): void {
  const all = Object.entries(runners).map(([runner, run]) => {
    const runs = Math.max(1, Math.ceil(roundMilliseconds / millisecondsPerRun(run, 50)));
    return { runner, run, runs, times: [] as number[] };
  });
  for (let round = -3; round < rounds; round++) {
    for (const { run, runs, times } of all) {
      const time = millisecondsPerRun(run, runs);
      if (round >= 0) times.push(time); // the first ones are for the compiler
    }
  }
  const [ours, ...others] = all as [(typeof all)[0], ...typeof all];
  const figures = others.map(({ runner, times }) => {
    const ratio = median(ours.times.map((time, i) => time / (times[i] as number)));
    return `${runner} ${median(times).toFixed(3)} ms, ours / its ${ratio.toFixed(2)}`;
  });
  console.log(`${name}: interpreter ${median(ours.times).toFixed(3)} ms; ${figures.join("; ")}`);
}

/** Processor time, which other programs do not stretch. */
function millisecondsPerRun(run: () => void, runs: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < runs; i++) run();
  // Of both kinds: how it is divided between them is sampled, and short runs can be counted as system alone.
  const { user, system } = process.cpuUsage(start);
  return Math.max(1, user + system) / 1_000 / runs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

function requireEqual(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(actual[i]), Number(expected[i])];
    const limit = tolerance * Math.max(Math.abs(b), 1e-3);
    if (!(Math.abs(a - b) <= limit)) throw new Error(`value ${i} is ${a}, elsewhere ${b}`);
  }
}

/** The same network on real numbers. Tensors keep their positions. */
function toFloat32(graph: Graph): Graph {
  const b = graphBuilder(`${graph.name} in float32`);
  const out = (name: string) => ({ name, type: "float32" }) as const;
  for (const [id, tensor] of graph.tensors.entries()) {
    if (id === 0) b.input(tensor.name, { type: "float32", shape: tensor.shape });
    const writer = graph.ops.find(({ outputs }) => outputs[0] === id);
    if (writer !== undefined) {
      b.op(writer.kind, writer.inputs, writer.options, out(tensor.name));
    } else if (tensor.data instanceof Int8Array || tensor.name.endsWith("/b")) {
      const data = Float32Array.from(
        tensor.data as Int8Array,
        (q, i) => q * scaleAt(id as TensorId, i),
      );
      b.constant(tensor.name, { type: "float32", shape: tensor.shape, data });
    } else if (tensor.data !== undefined) {
      b.constant(tensor.name, tensor as never);
    }
  }
  return b.build([...graph.outputs]);

  function scaleAt(id: TensorId, i: number): number {
    const { quantization, shape } = tensorOf(graph, id);
    if (quantization?.kind !== "per-axis") return quantization?.scale ?? 1;
    const perChannel = shape.slice(1).reduce((product, size) => product * size, 1);
    return quantization.scales[Math.floor(i / perChannel)] as number;
  }
}
