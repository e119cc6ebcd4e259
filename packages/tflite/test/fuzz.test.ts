import { expect, test } from "vitest";
import { goldenModels } from "@smidgen/testing";
import { inspectTflite, readTflite, repackTflite, writeTflite } from "@smidgen/tflite";
import { everyOperatorGraph, everyTensorGraph } from "./example-graphs.ts";
import { findDifference } from "./independent-reader.ts";
import { judgeDamagedFile } from "./judge-damaged-file.ts";
import { mutator } from "./mutations.ts";
import { graphOfCases, operatorCases } from "./operator-cases.ts";

const files = [
  { name: "every operator", model: writeTflite(everyOperatorGraph()) },
  { name: "operators on floats", model: writeTflite(graphOfCases(operatorCases, false)) },
  { name: "every tensor", model: writeTflite(everyTensorGraph()) },
  ...goldenModels().map(({ name, model }) => ({ name, model })),
];

test.each(files)("$name, whole, is what an independent reader finds", ({ model }) => {
  expect(findDifference(model, readTflite(model))).toBeUndefined();
});

test("the independent reader notices a difference", () => {
  const graph = everyTensorGraph();
  const file = writeTflite(graph);
  const [first, ...others] = graph.tensors;
  const changed = { ...graph, tensors: [{ ...first, isVariable: true } as never, ...others] };
  expect(findDifference(file, changed)).toBe("tensor 0: variable");
});

// `npm run fuzz` does this a hundred thousand times for each file.
test.each(files)(
  "$name, damaged in 200 ways, is read alike by both readers, or refused",
  ({ model }) => {
    const { next } = mutator(model, 7);
    const outcomes = Array.from({ length: 200 }, (_, run) =>
      judgeDamagedFile(next().file, run % 10 === 0),
    );
    expect(new Set(outcomes).size).toBeGreaterThan(2);
  },
  60_000,
);

test("tables that share their contents do not make a small file large", () => {
  const file = squaredFile(10_000);
  expect(file.length).toBeLessThan(90_000);
  for (const read of [readTflite, inspectTflite, repackTflite]) {
    expect(() => read(file, { name: "squared" })).toThrow(
      /squared is damaged: .*announce more than a file of 80,0\d\d bytes can hold/,
    );
  }
});

/** `count` subgraphs that are one table, whose tensors are `count` times one table. */
function squaredFile(count: number): Uint8Array {
  const at = { model: 24, subgraphs: 32, subgraph: 32 + 4 + 4 * count };
  const tensors = at.subgraph + 8;
  const tensor = tensors + 4 + 4 * count;
  const file = new DataView(new ArrayBuffer(tensor + 4));
  const word = (position: number, value: number) => file.setInt32(position, value, true);
  const offset = (position: number, target: number) => word(position, target - position);
  const list = (position: number, target: number) => {
    word(position, count);
    for (let i = 1; i <= count; i++) offset(position + 4 * i, target);
  };
  offset(0, at.model);
  word(4, 0x334c4654); // "TFL3"
  // A vtable for both (a model's subgraphs are field 2, a subgraph's tensors field 0), and one without fields.
  for (const [i, value] of [10, 8, 4, 0, 4, 4, 4].entries()) file.setUint16(8 + 2 * i, value, true);
  word(at.model, at.model - 8);
  offset(at.model + 4, at.subgraphs);
  list(at.subgraphs, at.subgraph);
  word(at.subgraph, at.subgraph - 8);
  offset(at.subgraph + 4, tensors);
  list(tensors, tensor);
  word(tensor, tensor - 18);
  return new Uint8Array(file.buffer);
}
