import { expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import {
  findGraphProblems,
  type Graph,
  perAxis,
  perTensor,
  type TensorId,
  verifyGraph,
} from "@smidgen/graph";
import { denseGraph } from "./dense-graph.ts";

const good = denseGraph();
const id = (n: number) => n as TensorId;
const withTensor = (n: number, change: Partial<Graph["tensors"][number]>): Graph => ({
  ...good,
  tensors: good.tensors.map((tensor, i) => (i === n ? { ...tensor, ...change } : tensor)),
});

test("a good graph has no problems", () => {
  expect(findGraphProblems(good)).toEqual([]);
  expect(() => verifyGraph(good)).not.toThrow();
});

test.each<[broken: string, graph: Graph, text: string]>([
  ["a position that points nowhere", { ...good, outputs: [id(9)] }, "output %9 does not exist"],
  ["a negative position", { ...good, inputs: [id(-1)] }, "input %-1 does not exist"],
  ["no output", { ...good, outputs: [] }, "has no output"],
  ["an output nothing writes", { ...good, ops: [] }, "is an output that nothing writes"],
  [
    "a tensor written twice",
    { ...good, ops: [...good.ops, ...good.ops] },
    'writes tensor %3 "y" again',
  ],
  [
    "an operand nothing writes",
    { ...good, inputs: [] },
    'reads tensor %0 "x" before it is written',
  ],
  [
    "a constant of the wrong length",
    withTensor(1, { data: new Float32Array(5) }),
    "data has 5 elements",
  ],
  [
    "a constant of the wrong type",
    withTensor(1, { data: new Int8Array(6) }),
    "data of float32 must be in Float32Array",
  ],
  ["a dimension of zero", withTensor(0, { shape: [0, 3] }), "not a positive integer"],
  ["a fractional dimension", withTensor(0, { shape: [1.5, 2] }), "not a positive integer"],
  [
    "an output shape that does not follow",
    withTensor(3, { shape: [2, 1] }),
    "its operands make it [1, 2]",
  ],
  [
    "a bias of the wrong length",
    withTensor(2, { shape: [3], data: new Float32Array(3) }),
    "bias has 3 entries for 2 output channels",
  ],
  [
    "a filter of the wrong depth",
    withTensor(1, { shape: [2, 4], data: new Float32Array(8) }),
    "do not divide by depth 4",
  ],
  [
    "a written constant",
    withTensor(3, { data: new Float32Array(2) }),
    'writes the constant tensor %3 "y"',
  ],
  [
    "a variable with data",
    withTensor(1, { isVariable: true }),
    "a variable tensor cannot be a constant",
  ],
  ["a scale of zero", withTensor(0, { type: "int8", quantization: perTensor(0, 0) }), "scale is 0"],
  [
    "a scale that is not a number",
    withTensor(0, { type: "int8", quantization: perTensor(Number.NaN, 0) }),
    "scale is NaN",
  ],
  [
    "a zero point out of range",
    withTensor(0, { type: "int8", quantization: perTensor(1, 128) }),
    "zero point 128 is outside int8",
  ],
  [
    "scales that do not fit the axis",
    withTensor(0, { type: "int8", quantization: perAxis(1, [1]) }),
    "1 scales for 3 slices along axis 1",
  ],
  [
    "a quantized float",
    withTensor(0, { quantization: perTensor(1, 0) }),
    "float32 cannot be quantized",
  ],
  [
    "a missing operand",
    { ...good, ops: [{ ...good.ops[0], inputs: [id(0)] } as never] },
    "has 1 operands, 3 expected",
  ],
])("%s is found", (_, graph, text) => {
  expect(findGraphProblems(graph).map((problem) => problem.text)).toContainEqual(
    expect.stringContaining(text),
  );
});

test("all problems are reported at once, with their places", () => {
  const broken = withTensor(1, { data: new Float32Array(5) });
  const verify = () => verifyGraph({ ...broken, outputs: [id(1), id(3)], inputs: [] });
  expect(verify).toThrow(UserError);
  expect(verify).toThrow(
    /breaks 2 rules:\n- tensor %1 "w": data has 5.*\n- operator 0 \(fully-connected\)/,
  );
});
