import { expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { graphBuilder, perTensor, type TensorId } from "@smidgen/graph";
import { prepareSteps } from "@smidgen/kernels";
import { createInterpreter, planMemory } from "@smidgen/runtime";

/** y = relu(x + [1, −2]) */
function smallGraph() {
  const b = graphBuilder("small");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const c = b.constant("c", { type: "float32", shape: [2], data: Float32Array.of(1, -2) });
  const sum = b.op("add", [x, c], { activation: "none" }, { name: "sum", type: "float32" });
  const y = b.op("relu", [sum], {}, { name: "y", type: "float32" });
  return { graph: b.build([y]), x, c, sum, y };
}

const dataOf = (tensor: { readonly data: unknown } | undefined) => tensor?.data as Float32Array;

test("inputs are written, outputs are read, again and again", () => {
  const { inputs, outputs, run } = createInterpreter(smallGraph().graph);
  expect(inputs.map(({ name, shape }) => [name, shape])).toEqual([["x", [1, 2]]]);
  for (const [x, y] of [
    [
      [1, 1],
      [2, 0],
    ],
    [
      [-3, 5],
      [0, 3],
    ],
  ] as const) {
    dataOf(inputs[0]).set(x);
    run();
    expect([...dataOf(outputs[0])]).toEqual(y);
  }
});

test("every tensor can be read after a run that keeps intermediates", () => {
  const { graph, x, c, sum, y } = smallGraph();
  const { inputs, run, tensor } = createInterpreter(graph, { keepIntermediates: true });
  dataOf(inputs[0]).set([5, 1]);
  run();
  expect([x, c, sum, y].map((id) => [...dataOf(tensor(id))])).toEqual([
    [5, 1],
    [1, -2],
    [6, -1],
    [6, 0],
  ]);
});

test("a profile tells what every operator does, and how long it took in all", () => {
  const { run, profile } = createInterpreter(smallGraph().graph, { profile: true });
  const timesOf = () => profile().map(({ milliseconds }) => milliseconds);
  expect(timesOf()).toEqual([0, 0]);
  for (let i = 0; i < 1_000; i++) run();
  const before = timesOf();
  expect(before.every((milliseconds) => milliseconds > 0)).toBe(true);
  for (let i = 0; i < 1_000; i++) run();
  expect(timesOf().every((milliseconds, op) => milliseconds > (before[op] as number))).toBe(true);
});

test("bytes moved are those of tensors and weights; without measuring, no time passes", () => {
  const b = graphBuilder("dense");
  const x = b.input("x", { type: "int8", shape: [2, 3], quantization: perTensor(0.5, 3) });
  const weights = { type: "int8", shape: [4, 3], quantization: perTensor(0.25, 0) } as const;
  const w = b.constant("w", { ...weights, data: new Int8Array(12) });
  const output = { name: "y", type: "int8", quantization: perTensor(1, 0) } as const;
  const options = { activation: "none", keepNumDims: false } as const;
  const dense = b.op("fully-connected", [x, w, undefined], options, output);
  const sum = b.op("add", [dense, dense], { activation: "none" }, { ...output, name: "sum" });
  const { run, profile } = createInterpreter(b.build([sum]));
  run();
  const [first, second] = profile();
  // Of each unit: int32 of bias and multiplier, int8 of shift.
  expect(first).toMatchObject({
    op: 0,
    kernel: "fully_connected_int8",
    multiplyAccumulates: 2 * 3 * 4,
    bytesRead: 6 + 12 + 4 * (4 + 4 + 1),
    bytesWritten: 8,
    milliseconds: 0,
  });
  // Its only operand once, and three arrays of 4 int32 that say how operands are walked through.
  expect(second).toMatchObject({ bytesRead: 8 + 3 * 16, bytesWritten: 8, milliseconds: 0 });
});

test("a plan can be given, and must be of this graph", () => {
  const { graph, y } = smallGraph();
  const plan = planMemory(graph);
  expect(createInterpreter(graph, { plan }).plan).toBe(plan);
  const without = { ...plan, tensors: plan.tensors.filter(({ id }) => id !== y) };
  const create = () => createInterpreter(graph, { plan: without });
  expect(create).toThrow('the memory plan has no place for tensor %3 "y"');
  expect(create).toThrow(expect.objectContaining({ code: "wrong-plan" }));
});

test("variables start as zero and are reset to it", () => {
  const b = graphBuilder("state");
  const x = b.input("x", { type: "int8", shape: [2], quantization: perTensor(1, 0) });
  const state = b.variable("state", { type: "int8", shape: [2], quantization: perTensor(1, -7) });
  b.variable("unused", { type: "int64", shape: [1] });
  const output = { name: "y", type: "int8", quantization: perTensor(1, 0) } as const;
  const y = b.op("add", [x, state], { activation: "none" }, output);
  const { tensor, run, reset, outputs } = createInterpreter(b.build([y]));
  const states = tensor(state).data as Int8Array;
  expect([...states]).toEqual([-7, -7]);
  states.set([-4, 3]);
  run();
  expect([...dataOf(outputs[0])]).toEqual([3, 10]);
  reset();
  expect([...states]).toEqual([-7, -7]);
});

test("a graph that breaks rules is refused", () => {
  const { graph } = smallGraph();
  expect(() => createInterpreter({ ...graph, outputs: [] })).toThrow(
    expect.objectContaining({ code: "invalid-graph" }),
  );
});

test("all operators that are not supported are named at once, with what to do", () => {
  const b = graphBuilder("fused");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const twice = (name: string, from: TensorId) =>
    b.op(
      "concatenation",
      [from, from],
      { axis: 1, activation: "relu6" },
      { name, type: "float32" },
    );
  const first = twice("first", x);
  const graph = b.build([
    twice("second", b.op("relu", [first], {}, { name: "relu", type: "float32" })),
  ]);
  const create = () => createInterpreter(graph);
  expect(create).toThrow(UserError);
  expect(create).toThrow(
    /^2 operators are not supported:\n- operator 0 \(concatenation\): activation relu6.*\n- operator 2 \(concatenation\)/,
  );
  expect(create).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("an operator of its own") }),
  );
});

test("a plan made for other loops is refused", () => {
  const { graph, sum, y } = smallGraph();
  const steps = prepareSteps(graph, { rounding: "double" });
  const plan = planMemory(graph, { steps, inPlace: true });
  expect(plan.overwrites).toEqual([{ op: 1, input: sum, output: y }]);
  expect(() => createInterpreter(graph, { plan })).not.toThrow();

  const higher = plan.tensors.map((place) =>
    place.id === y ? { ...place, offsetBytes: place.offsetBytes + 4 } : place,
  );
  expect(() => createInterpreter(graph, { plan: { ...plan, tensors: higher } })).toThrow(
    "operator 1 (relu) would overwrite %2 before it has read it",
  );
  // A layer of floats with int8 weights quantizes its input into scratch memory.
  const b = graphBuilder("dynamic");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const data = new Int8Array(4);
  const quantization = perTensor(0.5, 0);
  const w = b.constant("w", { type: "int8", shape: [2, 2], data, quantization });
  const output = { name: "y", type: "float32" } as const;
  const options = { activation: "none", keepNumDims: false } as const;
  const dynamic = b.build([b.op("fully-connected", [x, w, undefined], options, output)]);
  expect(() =>
    createInterpreter(dynamic, { plan: { ...planMemory(dynamic), scratch: [] } }),
  ).toThrow(/operator 0 \(fully-connected\) needs \d+ bytes while it runs; the plan gives it 0/);
});
