import { describe, expect, test } from "vitest";
import { graphBuilder, type TensorId } from "@smidgen/graph";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { inspectTflite, lintTflite, readTflite, repackTflite, writeTflite } from "@smidgen/tflite";
import { openFlatbuffer } from "./official-flatbuffers.ts";

/** y = relu(x + [1, −2, 3]), and a state that nobody reads as tensor 2, or another constant. */
function planned({ hasState = true } = {}) {
  const b = graphBuilder("planned");
  const x = b.input("x", { type: "float32", shape: [3] });
  const data = Float32Array.of(1, -2, 3);
  const c = b.constant("c", { type: "float32", shape: [3], data });
  const state = hasState
    ? b.variable("state", { type: "float32", shape: [3] })
    : b.constant("unused", { type: "float32", shape: [3], data });
  const sum = b.op("add", [x, c], { activation: "none" }, { name: "sum", type: "float32" });
  const y = b.op("relu", [sum], {}, { name: "y", type: "float32" });
  const offlineMemoryPlan = [
    { id: y, offsetBytes: 0 },
    { id: x, offsetBytes: 32 },
    { id: sum, offsetBytes: 16 },
    ...(hasState ? [{ id: state, offsetBytes: 48 }] : []),
  ];
  return { graph: b.build([y]), offlineMemoryPlan, c };
}

/** Ids of schema.fbs. */
const modelFields = { buffers: 4, metadata: 6 };

test("a file that brings its plan along has an offset for every tensor, and −1 for what is not planned", () => {
  const { graph, offlineMemoryPlan } = planned();
  const bytes = writeTflite(graph, { offlineMemoryPlan });
  const file = openFlatbuffer(bytes);
  const [entry, ...others] = file.tables(file.root, modelFields.metadata);
  expect(others).toEqual([]);
  const buffer = file.tables(file.root, modelFields.buffers)[file.uint32(entry as number, 1)];
  const { start, count } = file.vector(buffer as number, 0) ?? { start: 0, count: 0 };
  const words = new Int32Array(bytes.slice(start, start + count).buffer);
  expect([...words]).toEqual([1, 1, 5, 32, -1, -1, 16, 0]);
  // TensorFlow Lite Micro reads the words where they are.
  expect(start % 16).toBe(0);
});

test("the plan changes nothing else, and survives repacking", () => {
  const { graph, offlineMemoryPlan } = planned();
  const bytes = writeTflite(graph, { offlineMemoryPlan });
  expect(readTflite(bytes)).toEqual(readTflite(writeTflite(graph)));
  const planOf = (file: Uint8Array) => inspectTflite(file).metadata[0]?.offlineMemoryPlan;
  expect(planOf(bytes)).toEqual([32, undefined, undefined, 16, 0]);
  expect(planOf(repackTflite(bytes).bytes)).toEqual([32, undefined, 16, 0]); // without the state
  for (const runtime of ["tflm", "tflite", "litert"] as const) {
    const codes = lintTflite(bytes, { for: runtime }).map(({ code }) => code);
    expect(codes.filter((code) => code !== "unused-tensor")).toEqual([]);
  }
});

test("a plan that cannot be is refused, with all that is wrong", () => {
  const { graph, offlineMemoryPlan, c } = planned();
  const write = () =>
    writeTflite(graph, {
      offlineMemoryPlan: [
        ...offlineMemoryPlan.slice(0, 1),
        { id: c, offsetBytes: 0 },
        { id: 0 as TensorId, offsetBytes: 8 },
        { id: 9 as TensorId, offsetBytes: 0 },
      ],
    });
  expect(write).toThrow(expect.objectContaining({ code: "invalid-plan" }));
  expect(write).toThrow(
    'tensor %1 "c" is a constant, which is not in the arena; ' +
      'tensor %0 "x" begins at 8, not a multiple of 16; there is no tensor %9',
  );
});

describe.each([
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
])("$runtime", ({ load }) => {
  test("takes a file with a plan, and computes the same", { timeout: 300_000 }, async () => {
    // LiteRT takes no variables.
    const { graph, offlineMemoryPlan } = planned({ hasState: false });
    const loaded = await load(writeTflite(graph, { offlineMemoryPlan }));
    const [output] = loaded.run([Float32Array.of(1, 1, -4)]);
    expect([...new Float32Array((output as Uint8Array).slice().buffer)]).toEqual([2, 0, 0]);
  });
});
