import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  type ElementArrays,
  elementTypes,
  type Graph,
  graphBuilder,
  type OpKind,
  perTensor,
  type Shape,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { prepareStep } from "@smidgen/kernels";

/** What `golden.json` beside an operator holds: what TensorFlow Lite Micro computes. */
interface GoldenFile {
  /** Which program made the vectors, and how. */
  readonly source: string;
  readonly cases: readonly GoldenCase[];
}

interface GoldenCase {
  readonly kind: OpKind;
  readonly options: object;
  readonly operands: readonly GoldenTensor[];
  readonly output: Omit<GoldenTensor, "shape">;
}

interface GoldenTensor {
  readonly type: Exclude<keyof ElementArrays, "int64">;
  readonly shape: Shape;
  readonly scale?: number;
  readonly zeroPoint?: number;
  readonly data: readonly number[];
}

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => path.basename(file) === "golden.json")
  .toSorted();

describe.each(files)("%s", (file) => {
  const golden = JSON.parse(
    readFileSync(path.join(import.meta.dirname, file), "utf8"),
  ) as GoldenFile;

  test.each(golden.cases.map((vector, i) => ({ vector, title: titleOf(vector, i) })))(
    "$title",
    ({ vector }) => {
      const result = outputOf(vector);
      const { data } = vector.output;
      if (vector.output.type === "float32") expect(distance(result, data)).toBeLessThan(1e-6);
      else expect(result).toEqual(data);
    },
  );
});

function titleOf({ kind, operands, output }: GoldenCase, i: number): string {
  const types = operands.map(({ type, shape }) => `${type} [${shape.join(", ")}]`);
  return `${i}: ${kind} of ${types.join(" and ")} to ${output.type}`;
}

function outputOf(vector: GoldenCase): readonly number[] {
  const graph = graphOf(vector);
  const op = graph.ops[0] as Graph["ops"][number];
  const step = prepareStep(op, graph, { rounding: "double" });
  const result = arrayOf(
    vector.output,
    vector.output.data.map(() => 0),
  );
  const loop = step.bind({
    tensor: (id) => tensorOf(graph, id).data ?? result,
    scratch: new Uint8Array(step.scratchBytes),
  });
  loop();
  return [...result];
}

/** All operands are constants, so that the graph holds what the loop reads. */
function graphOf({ kind, options, operands, output }: GoldenCase): Graph {
  const b = graphBuilder(kind);
  const ids = operands.map((operand, i) =>
    b.constant(`operand ${i}`, {
      ...storageOf(operand),
      shape: operand.shape,
      data: arrayOf(operand, operand.data) as never,
    }),
  );
  const id: TensorId = b.op(kind, ids as never, options as never, {
    name: "output",
    ...storageOf(output),
  });
  return b.build([id]);
}

function storageOf({ type, scale, zeroPoint }: Omit<GoldenTensor, "shape">) {
  const quantization =
    scale === undefined || zeroPoint === undefined ? undefined : perTensor(scale, zeroPoint);
  return { type, quantization };
}

function arrayOf({ type }: Pick<GoldenTensor, "type">, values: readonly number[]) {
  const array = new elementTypes[type].array(values.length);
  array.set(values);
  return array;
}

/** The largest difference, relative to numbers above 1. */
function distance(ours: readonly number[], theirs: readonly number[]): number {
  return Math.max(
    ...ours.map((x, i) => {
      const y = theirs[i] as number;
      return Math.abs(x - y) / Math.max(1, Math.abs(y));
    }),
  );
}
