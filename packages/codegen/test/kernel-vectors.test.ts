import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { generateC } from "@smidgen/codegen";
import {
  byteCount,
  type ElementArrays,
  elementTypes,
  type Graph,
  graphBuilder,
  isConstant,
  type OpKind,
  perAxis,
  perTensor,
  type Shape,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { chooseCTwin, prepareStep, type Rounding } from "@smidgen/kernels";
import { announceSkipped } from "@smidgen/testing";
import { hostCompilers, runOnHost } from "./run-on-host.ts";

/** What official programs compute: the vectors that the kernels in TypeScript are held to. */
interface GoldenFile {
  readonly rounding?: Rounding;
  readonly cases: readonly GoldenCase[];
}

interface GoldenCase {
  readonly kind: OpKind;
  readonly options: object;
  readonly operands: readonly (GoldenTensor | null)[];
  readonly output: Omit<GoldenTensor, "shape">;
}

interface GoldenTensor {
  readonly type: keyof ElementArrays;
  readonly shape: Shape;
  readonly scale?: number;
  readonly zeroPoint?: number;
  readonly axis?: number;
  readonly scales?: readonly number[];
  readonly data: readonly number[];
}

const folder = path.join(import.meta.dirname, "../../kernels/src");
const without = new Set<string>();
const vectors = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => /^golden(-\w+)?\.json$/.test(path.basename(file)))
  .toSorted()
  .flatMap(casesWithC);

if (without.size > 0)
  announceSkipped(`C of ${[...without].join(", ")}`, "They run in the interpreter alone.");
if (hostCompilers.length === 0) announceSkipped("generated C", "Install gcc or clang.");

/** With products of 64 bits, and with those that processors without them make of 16 bits. */
const ways = hostCompilers.map((compiler, i) => ({
  compiler,
  flags: i === 0 ? [] : ["-DSMG_LONG_MULTIPLY=0"],
}));

test.each(ways)(
  "C compiled by $compiler $flags computes what official programs do",
  (way) => {
    const { graph, sample, expected } = sideBySide(vectors);
    const [result] = runOnHost(generateC(graph, { name: "cases" }), graph, "cases", [sample], way);
    expect(vectors.length).toBeGreaterThan(250);
    expect(differences(graph, result as Uint8Array, expected)).toEqual([]);
  },
  120_000,
);

/** Those of a file that are rounded twice and have C. */
function casesWithC(file: string): readonly GoldenCase[] {
  const { rounding = "double", cases } = JSON.parse(
    readFileSync(path.join(folder, file), "utf8"),
  ) as GoldenFile;
  if (rounding !== "double") return [];
  return cases.filter((vector) => {
    const step = stepOf(vector);
    const hasC = chooseCTwin(step, []) !== undefined;
    if (!hasC) without.add(step.kernel);
    return hasC;
  });
}

function stepOf(vector: GoldenCase) {
  const b = graphBuilder("case");
  const ids = vector.operands.map((operand, i) =>
    operand === null
      ? undefined
      : b.constant(`operand ${i}`, { ...storageOf(operand), data: arrayOf(operand) }),
  );
  const id = b.op(vector.kind, ids as never, vector.options, {
    name: "output",
    ...storageOf(vector.output),
  });
  const graph = b.build([id]);
  return prepareStep(graph.ops[0] as Graph["ops"][number], graph, { rounding: "double" });
}

/** All cases in one graph. What a kernel reads while it runs is an input. */
function sideBySide(cases: readonly GoldenCase[]) {
  const b = graphBuilder("cases");
  const inputs: Uint8Array[] = [];
  const outputs = cases.map((vector, n) => {
    const step = stepOf(vector);
    // In the graph of this case alone, operands that are there have the first ids.
    let next = 0;
    const ids = vector.operands.map((operand, i) => {
      if (operand === null) return undefined;
      const isRead = step.reads.includes(next++ as TensorId);
      const name = `case ${n} operand ${i}`;
      const data = arrayOf(operand);
      if (!isRead) return b.constant(name, { ...storageOf(operand), data });
      inputs.push(bytesOf(data));
      return b.input(name, storageOf(operand));
    });
    return b.op(vector.kind, ids as never, vector.options, {
      name: `case ${n}`,
      ...storageOf(vector.output),
    });
  });
  const graph = b.build(outputs);
  const expected = cases.map(({ output }) => arrayOf(output));
  return { graph, sample: Buffer.concat(inputs), expected };
}

/** Operators whose output is not exactly what is expected. */
function differences(
  graph: Graph,
  result: Uint8Array,
  expected: readonly ElementArrays[keyof ElementArrays][],
): readonly string[] {
  let start = 0;
  return graph.outputs.flatMap((id, i) => {
    const tensor = tensorOf(graph, id);
    if (isConstant(tensor)) return [];
    const bytes = Uint8Array.from(result.subarray(start, start + byteCount(tensor)));
    start += bytes.length;
    const values = new elementTypes[tensor.type].array(bytes.buffer);
    const wanted = expected[i] as Int8Array;
    return values.join() === wanted.join()
      ? []
      : [`${graph.ops[i]?.kind} ${i}: ${values.join()} in place of ${wanted.join()}`];
  });
}

/** The output of a case has no shape: it follows from the operands. */
function storageOf(tensor: Omit<GoldenTensor, "shape">) {
  const { type, scale, zeroPoint, axis, scales } = tensor;
  const { shape } = tensor as GoldenTensor;
  if (axis !== undefined && scales !== undefined)
    return { type, shape, quantization: perAxis(axis, scales) };
  if (scale !== undefined && zeroPoint !== undefined)
    return { type, shape, quantization: perTensor(scale, zeroPoint) };
  return { type, shape, quantization: undefined };
}

function arrayOf({ type, data }: Pick<GoldenTensor, "type" | "data">) {
  if (type === "int64") return BigInt64Array.from(data, BigInt);
  const array = new elementTypes[type].array(data.length);
  array.set(data);
  return array;
}

function bytesOf({ buffer, byteOffset, byteLength }: ElementArrays[keyof ElementArrays]) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
