import { expect, test } from "vitest";
import { type Graph, graphBuilder } from "@smidgen/graph";
import { calibrate, type Sample } from "@smidgen/quantize";
import { floats } from "./floats.ts";
import { studyNetwork } from "./networks.ts";

/** sum [1, 2] = a + b; out = max(sum × [2, −1], 0) */
function twoInputs(): Graph {
  const builder = graphBuilder("two inputs");
  const a = builder.input("a", { type: "float32", shape: [1, 2] });
  const b = builder.input("b", { type: "float32", shape: [1, 2] });
  const factors = builder.constant("factors", {
    type: "float32",
    shape: [2],
    data: Float32Array.of(2, -1),
  });
  const sum = builder.op("add", [a, b], { activation: "none" }, { name: "sum", type: "float32" });
  const out = builder.op(
    "mul",
    [sum, factors],
    { activation: "relu" },
    { name: "out", type: "float32" },
  );
  return builder.build([out]);
}

test("ranges span all samples, tensor by tensor", () => {
  const samples = [
    [Float32Array.of(1, 2), Float32Array.of(10, 20)],
    [Float32Array.of(-3, 0), Float32Array.of(0, -5)],
  ];
  expect(calibrate(twoInputs(), samples)).toEqual({
    samples: 2,
    method: "min-max",
    tensors: {
      a: { min: -3, max: 2 },
      b: { min: -5, max: 20 },
      sum: { min: -5, max: 22 },
      out: { min: 0, max: 22 },
    },
  });
});

test("ranges survive JSON", () => {
  const ranges = calibrate(twoInputs(), [[Float32Array.of(-0, 1), Float32Array.of(0, 0)]]);
  expect(JSON.parse(JSON.stringify(ranges))).toEqual(ranges);
});

test("samples stream: none is kept, and their buffer may be used again", () => {
  const random = floats(7);
  const all = Array.from({ length: 5 }, () => random(784, 1));
  const buffer = new Float32Array(784);
  function* reused(): Iterable<Sample> {
    for (const sample of all) {
      buffer.set(sample);
      yield buffer;
    }
  }
  expect(calibrate(studyNetwork(), reused())).toEqual(calibrate(studyNetwork(), all));
});

const good = [Float32Array.of(1, 2), Float32Array.of(10, 20)];

test.each<[problem: string, samples: Sample[], code: string, message: RegExp]>([
  ["no sample", [], "no-samples", /"two inputs"/],
  [
    "an input too few",
    [good, Float32Array.of(1, 2)],
    "wrong-sample",
    /sample 1 has 1 array.* 2 inputs/,
  ],
  [
    "an input too short",
    [[Float32Array.of(1), Float32Array.of(1, 2)]],
    "wrong-sample",
    /sample 0 has 1 number.*"a" \[1, 2\] takes 2/,
  ],
  [
    "an input that is not a number",
    [good, [Float32Array.of(1, Number.NaN), Float32Array.of(1, 2)]],
    "not-finite",
    /"a" holds NaN in sample 1/,
  ],
  [
    "an overflow inside the network",
    [good, good, [Float32Array.of(3e38, 0), Float32Array.of(3e38, 0)]],
    "not-finite",
    /"sum" overflows float32 in sample 2/,
  ],
])("%s is refused", (_, samples, code, message) => {
  expect(() => calibrate(twoInputs(), samples)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test("weights that are not finite are named before anything runs", () => {
  const graph = twoInputs();
  const tensors = graph.tensors.map((tensor) =>
    tensor.name === "factors" ? { ...tensor, data: Float32Array.of(1, Number.NaN) } : tensor,
  );
  expect(() => calibrate({ ...graph, tensors }, [good])).toThrow(/"factors": 1 of 2 values/);
});

test("names that are not distinct are refused", () => {
  const graph = twoInputs();
  const tensors = graph.tensors.map((tensor) =>
    tensor.name === "b" ? { ...tensor, name: "a" } : tensor,
  );
  expect(() => calibrate({ ...graph, tensors }, [good])).toThrow(
    expect.objectContaining({ code: "ambiguous-names", message: expect.stringContaining('"a"') }),
  );
});
