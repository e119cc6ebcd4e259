/*
 * How long the interpreter takes for the network of the study, and against loops written for it by hand.
 * Run: pnpm --filter @smidgen/runtime bench
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Graph, graphBuilder, tensorOf, type TensorId } from "@smidgen/graph";
import { createInterpreter, type TensorView } from "@smidgen/runtime";
import { readTflite } from "@smidgen/tflite";
import { handWrittenFloat32, handWrittenInt8 } from "./hand-written-cnn.ts";

const random = xoroshiro128plus(1);
const rounds = 15;
const runsPerRound = 300;

const model = path.join(import.meta.dirname, "../test/golden/s_cnn_c8_p_16_10/model.tflite");
const int8Graph = readTflite(readFileSync(model));
const float32Graph = toFloat32(int8Graph);

const image = Int8Array.from({ length: 784 }, () => random.next() >> 24);
compareInt8();
const realImage = Float32Array.from(image, (q) => (q + 128) / 255);
compareFloat32();

function compareInt8(): void {
  const interpreter = createInterpreter(int8Graph);
  const scores = interpreter.plan.tensors.find(({ id }) => id === 12);
  dataOf(interpreter.inputs[0]).set(image);
  const byHand = handWrittenInt8(int8Graph);
  const keeping = createInterpreter(int8Graph, { keepIntermediates: true });
  dataOf(keeping.inputs[0]).set(image);
  keeping.run();
  requireEqual(keeping.tensor((scores?.id ?? 0) as TensorId).data as Int8Array, byHand(image));
  compare("int8", interpreter.run, () => byHand(image));
}

function compareFloat32(): void {
  const interpreter = createInterpreter(float32Graph, { keepIntermediates: true });
  dataOf(interpreter.inputs[0]).set(realImage);
  const byHand = handWrittenFloat32(float32Graph);
  interpreter.run();
  const scores = interpreter.tensor(12 as TensorId).data as Float32Array;
  requireEqual(scores.map(Math.fround), byHand(realImage), 1e-3);
  compare("float32", interpreter.run, () => byHand(realImage));
}

/** The elements, which are numbers in this network. */
function dataOf(tensor: TensorView | undefined): Float32Array | Int8Array {
  if (tensor === undefined) throw new Error("the network has no such tensor");
  return tensor.data as Float32Array | Int8Array;
}

function compare(name: string, ours: () => void, byHand: () => unknown): void {
  const times = { ours: [] as number[], byHand: [] as number[] };
  for (let round = -3; round < rounds; round++) {
    const a = millisecondsPerRun(ours);
    const b = millisecondsPerRun(byHand);
    if (round < 0) continue; // warm-up
    times.ours.push(a);
    times.byHand.push(b);
  }
  const ratio = median(times.ours.map((time, i) => time / (times.byHand[i] as number)));
  console.log(
    `${name}: interpreter ${median(times.ours).toFixed(3)} ms, by hand ${median(times.byHand).toFixed(3)} ms, ratio ${ratio.toFixed(2)}`,
  );
}

/** Processor time, which other programs do not stretch. */
function millisecondsPerRun(run: () => unknown): number {
  const start = process.cpuUsage();
  for (let i = 0; i < runsPerRound; i++) run();
  return process.cpuUsage(start).user / 1_000 / runsPerRound;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

function requireEqual(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 0): void {
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(actual[i]), Number(expected[i])];
    if (Math.abs(a - b) > tolerance * Math.abs(b))
      throw new Error(`score ${i} is ${a}, by hand ${b}`);
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
