import { expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { graphBuilder, perTensor, type TensorId } from "@smidgen/graph";
import { createInterpreter, planMemory, type StepTiming } from "@smidgen/runtime";

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

test("an onStep hears of every operator in order", () => {
  const heard: StepTiming[] = [];
  const { run } = createInterpreter(smallGraph().graph, { onStep: (step) => heard.push(step) });
  run();
  expect(heard.map(({ op, kernel }) => [op, kernel])).toEqual([
    [0, "add_float32"],
    [1, "relu_float32"],
  ]);
  expect(heard.every(({ milliseconds }) => milliseconds >= 0)).toBe(true);
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
  const b = graphBuilder("hybrid");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const quantization = perTensor(0.5, 0);
  const w = b.constant("w", { type: "int8", shape: [2, 2], data: new Int8Array(4), quantization });
  const dense = (name: string, from: TensorId) =>
    b.op(
      "fully-connected",
      [from, w, undefined],
      { activation: "none", keepNumDims: false },
      { name, type: "float32" },
    );
  const first = dense("first", x);
  const graph = b.build([
    dense("second", b.op("relu", [first], {}, { name: "relu", type: "float32" })),
  ]);
  const create = () => createInterpreter(graph);
  expect(create).toThrow(UserError);
  expect(create).toThrow(
    /^2 operators are not supported:\n- operator 0 \(fully-connected\): filter "w" is int8.*\n- operator 2 \(fully-connected\)/,
  );
  expect(create).toThrow(
    expect.objectContaining({ hint: expect.stringContaining("quantize the activations too") }),
  );
});
