import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
  type ElementArrays,
  elementTypes,
  type Graph,
  graphBuilder,
  type OpKind,
  perAxis,
  perTensor,
  type Shape,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { prepareStep, type Rounding } from "@smidgen/kernels";

/** What `golden.json`, `golden-single.json` and others beside an operator hold: what official programs compute. */
interface GoldenFile {
  /** Which program made the vectors, and how. */
  readonly source: string;
  /** Default: `double`. */
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

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => /^golden(-\w+)?\.json$/.test(path.basename(file)))
  .toSorted();

describe.each(files)("%s", (file) => {
  const golden = JSON.parse(
    readFileSync(path.join(import.meta.dirname, file), "utf8"),
  ) as GoldenFile;

  test.each(golden.cases.map((vector, i) => ({ vector, title: titleOf(vector, i) })))(
    "$title",
    ({ vector }) => {
      const result = outputOf(vector, golden.rounding ?? "double");
      const { type, data } = vector.output;
      // How powers and logarithms of floats are rounded is up to the C library.
      const tolerance = type === "float32" ? 1e-6 : 0;
      expect(result).toHaveLength(data.length);
      expect(distance(result, data)).toBeLessThanOrEqual(tolerance);
    },
  );
});

function titleOf({ kind, operands, output }: GoldenCase, i: number): string {
  const types = operands.map((operand) =>
    operand === null ? "none" : `${operand.type} [${operand.shape.join(", ")}]`,
  );
  return `${i}: ${kind} of ${types.join(" and ")} to ${output.type}`;
}

function outputOf(vector: GoldenCase, rounding: Rounding): readonly number[] {
  const graph = graphOf(vector);
  const op = graph.ops[0] as Graph["ops"][number];
  const step = prepareStep(op, graph, { rounding });
  const result = arrayOf(
    vector.output,
    vector.output.data.map(() => 0),
  );
  const loop = step.bind({
    tensor: (id) => tensorOf(graph, id).data ?? result,
    scratch: new Uint8Array(step.scratchBytes),
  });
  loop();
  return Array.from(result as ArrayLike<number | bigint>, Number);
}

/** All operands are constants, so that the graph holds what the loop reads. */
function graphOf({ kind, options, operands, output }: GoldenCase): Graph {
  const b = graphBuilder(kind);
  const ids = operands.map((operand, i) => {
    if (operand === null) return undefined;
    return b.constant(`operand ${i}`, {
      ...storageOf(operand),
      shape: operand.shape,
      data: arrayOf(operand, operand.data),
    });
  });
  const id: TensorId = b.op(kind, ids as never, options, {
    name: "output",
    ...storageOf(output),
  });
  return b.build([id]);
}

function storageOf({ type, scale, zeroPoint, axis, scales }: Omit<GoldenTensor, "shape">) {
  if (axis !== undefined && scales !== undefined)
    return { type, quantization: perAxis(axis, scales) };
  if (scale !== undefined && zeroPoint !== undefined)
    return { type, quantization: perTensor(scale, zeroPoint) };
  return { type, quantization: undefined };
}

function arrayOf({ type }: Pick<GoldenTensor, "type">, values: readonly number[]) {
  if (type === "int64") return BigInt64Array.from(values, BigInt);
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
