import { beforeAll, describe, expect, test } from "vitest";
import { opRules, type Shape, type Tensor, type TensorId, tensorOf } from "@smidgen/graph";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { inspectTflite, readTflite, writeTflite } from "@smidgen/tflite";
import { everyOperatorGraph } from "./example-graphs.ts";
import { graphOfCases, type Numbers, type OperatorCase, operatorCases } from "./operator-cases.ts";

/** Loading a runtime takes a second or so on a busy machine. */
const patience = 300_000;
const variants = operatorCases.flatMap((of) => [
  { title: `${of.name} on floats`, of, isInt8: false },
  ...(of.int8 === undefined ? [] : [{ title: `${of.name} on int8`, of, isInt8: true }]),
]);

test("every operator kind is here or in the example of image networks", () => {
  const kinds = operatorCases.flatMap((of) =>
    graphOfCases([of], false).ops.map(({ kind }) => kind),
  );
  const example = everyOperatorGraph().ops.map(({ kind }) => kind);
  expect(new Set([...kinds, ...example])).toEqual(new Set(Object.keys(opRules)));
});

test.for(variants)("$title comes back as it was written", ({ of, isInt8 }) => {
  const graph = graphOfCases([of], isInt8);
  expect(readTflite(writeTflite(graph))).toEqual(graph);
});

test.each([
  // case float int8
  ["arg-max", 1, 2],
  ["cast", 1, undefined],
  ["concatenation", 1, 2],
  ["elu", 1, 1],
  ["embedding-lookup", 1, 1],
  ["expand-dims", 1, 1],
  ["gather", 1, 2],
  ["gather in batches", 5, 5],
  ["hard-swish", 1, 1],
  ["l2-normalization", 1, 2],
  ["leaky-relu", 1, 1],
  ["log-softmax", 1, 2],
  ["maximum", 1, 2],
  ["minimum", 1, 2],
  ["minimum above rank 4", 3, 3],
  ["pack", 1, 2],
  ["pad", 1, 2],
  ["pad-v2", 1, 2],
  ["prelu", 1, 1],
  ["reduce-max", 1, 2],
  ["resize-bilinear with corners aligned", 1, 2],
  ["resize-bilinear with half-pixel centers", 3, 3],
  ["resize-nearest-neighbor", 1, 2],
  ["resize-nearest-neighbor with corners aligned", 3, 3],
  ["slice", 1, 2],
  ["split", 1, 2],
  ["squeeze of all dimensions", 1, 1],
  ["strided-slice", 1, 2],
  ["sub", 1, 2],
  ["sum", 1, 2],
  ["svdf", 1, undefined],
  ["transpose", 1, 2],
  ["transpose-conv", 1, 2],
  ["transpose-conv with a bias", 3, 3],
  ["unidirectional-sequence-lstm", 1, undefined],
  ["unpack", 1, 2],
])(
  "%s has version %d on floats and %s on int8, as the official converter says",
  (name, float, int8) => {
    const of = operatorCases.find((each) => each.name === name) as OperatorCase;
    const versionOf = (isInt8: boolean) =>
      isInt8 && of.int8 === undefined
        ? undefined
        : inspectTflite(writeTflite(graphOfCases([of], isInt8))).operatorCodes[0]?.version;
    expect([versionOf(false), versionOf(true)]).toEqual([float, int8]);
  },
);

describe.each([
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
])("$runtime", ({ runtime, load }) => {
  const loadable = variants.filter(({ of }) => !(of.isStateful === true && runtime === "LiteRT"));
  const outcomes = new Map<OperatorCase, readonly Outcome[]>();

  // Loading is what takes long: one model holds all cases.
  describe.each([
    { type: "float32", isInt8: false },
    { type: "int8", isInt8: true },
  ])("on $type", ({ isInt8 }) => {
    const cases = loadable.filter((each) => each.isInt8 === isInt8).map(({ of }) => of);

    beforeAll(async () => {
      const graph = graphOfCases(cases, isInt8);
      const model = await load(writeTflite(graph));
      const inputs = cases.flatMap((of) => of.inputs.map((input) => bytesOf(input, isInt8)));
      const outputs = model.run(inputs);
      let next = 0;
      for (const of of cases) {
        const indices = of.expected.map(() => next++);
        outcomes.set(
          of,
          indices.map((i) => {
            const tensor = tensorOf(graph, graph.outputs[i] as TensorId);
            const { shape = [] } = model.outputs[i] ?? {};
            return { tensor, shape, values: numbersOf(outputs[i] as Uint8Array, tensor) };
          }),
        );
      }
    }, patience);

    test.for(cases)("$name has the shape and numbers of its definition", (of) => {
      for (const [i, { tensor, shape, values }] of (
        outcomes.get(of) as readonly Outcome[]
      ).entries()) {
        const expected = of.expected[i] as Numbers;
        expect(tensor.shape).toEqual(expected.shape);
        expect(shape).toEqual(expected.shape);
        const tolerance =
          tensor.type === "int8" ? scaleOf(tensor) : tensor.type === "float32" ? 1e-5 : 0;
        const isNear = (value: number, j: number) =>
          Math.abs(value - (expected.values[j] as number)) <= tolerance;
        expect(values.map((value, j) => (isNear(value, j) ? expected.values[j] : value))).toEqual(
          expected.values,
        );
      }
    });
  });
});

interface Outcome {
  readonly tensor: Tensor;
  /** As the runtime says. */
  readonly shape: Shape;
  readonly values: readonly number[];
}

function bytesOf({ values, type }: Numbers, isInt8: boolean): ArrayBufferView {
  if (type === "int32") return Int32Array.from(values);
  if (!isInt8) return Float32Array.from(values);
  return Int8Array.from(values, (value) => value * 16);
}

function numbersOf(bytes: Uint8Array, tensor: Tensor): readonly number[] {
  const { buffer } = bytes.slice();
  if (tensor.type === "int32") return [...new Int32Array(buffer)];
  if (tensor.type === "float32") return [...new Float32Array(buffer)];
  const { quantization } = tensor;
  if (tensor.type !== "int8" || quantization?.kind !== "per-tensor") throw new Error("unexpected");
  return Array.from(
    new Int8Array(buffer),
    (q) => (q - quantization.zeroPoint) * quantization.scale,
  );
}

function scaleOf({ quantization }: Tensor): number {
  return quantization?.kind === "per-tensor" ? quantization.scale : 0;
}
