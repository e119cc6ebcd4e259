import fc from "fast-check";
import { expect, test } from "vitest";
import {
  graphBuilder,
  inferShapes,
  multiplyAccumulates,
  paddingBefore,
  printGraph,
  type TensorId,
  windowOutput,
} from "@smidgen/graph";
import { denseGraph } from "./dense-graph.ts";

test.each([
  // input filter stride dilation padding  output before
  [28, 3, 1, 1, "valid", 26, 0],
  [28, 3, 1, 1, "same", 28, 1],
  [28, 2, 2, 1, "valid", 14, 0],
  [5, 2, 2, 1, "same", 3, 0],
  [49, 10, 2, 1, "same", 25, 4],
  [10, 4, 2, 1, "same", 5, 1],
  [7, 3, 1, 2, "valid", 3, 0],
  [7, 3, 1, 2, "same", 7, 2],
  [2, 3, 1, 1, "valid", 0, 0],
] as const)(
  "input %d, filter %d, stride %d, dilation %d, %s → %d cells, %d before",
  (input, filter, stride, dilation, padding, output, before) => {
    const window = { input, filter, stride, dilation, padding };
    expect(windowOutput(window)).toBe(output);
    expect(paddingBefore(window)).toBe(before);
  },
);

test("with same padding every input cell below the last stride is covered, and padding is less than a filter", () => {
  const cells = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      cells,
      cells,
      cells,
      fc.integer({ min: 1, max: 4 }),
      (input, filter, stride, dilation) => {
        const window = { input, filter, stride, dilation, padding: "same" } as const;
        const reach = (filter - 1) * dilation + 1;
        const before = paddingBefore(window);
        const end = (windowOutput(window) - 1) * stride + reach - before;
        expect(before).toBeLessThan(reach);
        expect(end + Math.max(0, stride - reach)).toBeGreaterThanOrEqual(input);
      },
    ),
  );
});

test("shapes follow a new batch size through the graph", () => {
  const graph = inferShapes(denseGraph(), new Map([[0 as TensorId, [32, 3]]]));
  expect(graph.tensors.map(({ shape }) => shape)).toEqual([[32, 3], [2, 3], [2], [32, 2]]);
});

test("the study's network has 70,464 multiply-accumulates", () => {
  const b = graphBuilder("digits");
  const float = (name: string, shape: number[]) =>
    b.constant(name, {
      type: "float32",
      shape,
      data: new Float32Array(shape.reduce((a, c) => a * c, 1)),
    });
  const out = (name: string) => ({ name, type: "float32" }) as const;
  const image = b.input("image", { type: "float32", shape: [1, 28, 28, 1] });
  const conv = b.op(
    "conv-2d",
    [image, float("conv/filter", [8, 3, 3, 1]), float("conv/bias", [8])],
    {
      padding: "valid",
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      activation: "relu",
    },
    out("conv"),
  );
  const pool = b.op(
    "max-pool-2d",
    [conv],
    {
      padding: "valid",
      strideHeight: 2,
      strideWidth: 2,
      filterHeight: 2,
      filterWidth: 2,
      activation: "none",
    },
    out("pool"),
  );
  const flat = b.op("reshape", [pool, undefined], { newShape: [1, -1] }, out("flatten"));
  const dense = (name: string, from: TensorId, units: number, depth: number) =>
    b.op(
      "fully-connected",
      [from, float(`${name}/filter`, [units, depth]), float(`${name}/bias`, [units])],
      { activation: "none", keepNumDims: false },
      out(name),
    );
  const logits = dense("dense2", dense("dense1", flat, 16, 1352), 10, 16);
  const graph = b.build([b.op("softmax", [logits], { beta: 1 }, out("softmax"))]);

  expect(graph.ops.reduce((sum, op) => sum + multiplyAccumulates(op, graph.tensors), 0)).toBe(
    70_464,
  );
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "graph "digits"
    %0 = input → "image" float32 [1, 28, 28, 1]
    %1 = constant → "conv/filter" float32 [8, 3, 3, 1]
    %2 = constant → "conv/bias" float32 [8]
    %6 = constant → "dense1/filter" float32 [16, 1352]
    %7 = constant → "dense1/bias" float32 [16]
    %9 = constant → "dense2/filter" float32 [10, 16]
    %10 = constant → "dense2/bias" float32 [10]
    %3 = conv-2d(input %0, filter %1, bias %2) { padding: valid, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, activation: relu } → "conv" float32 [1, 26, 26, 8]
    %4 = max-pool-2d(input %3) { padding: valid, strideHeight: 2, strideWidth: 2, filterHeight: 2, filterWidth: 2, activation: none } → "pool" float32 [1, 13, 13, 8]
    %5 = reshape(input %4, shape none) { newShape: [1, -1] } → "flatten" float32 [1, 1352]
    %8 = fully-connected(input %5, filter %6, bias %7) { activation: none, keepNumDims: false } → "dense1" float32 [1, 16]
    %11 = fully-connected(input %8, filter %9, bias %10) { activation: none, keepNumDims: false } → "dense2" float32 [1, 10]
    %12 = softmax(input %11) { beta: 1 } → "softmax" float32 [1, 10]
    output %12
    "
  `);
});

test("operands that do not broadcast are refused when they are added", () => {
  const b = graphBuilder("sum");
  const x = b.input("x", { type: "float32", shape: [2, 3] });
  const y = b.input("y", { type: "float32", shape: [2] });
  expect(() =>
    b.op("add", [x, y], { activation: "none" }, { name: "sum", type: "float32" }),
  ).toThrow("[2, 3] and [2] do not broadcast");
});
