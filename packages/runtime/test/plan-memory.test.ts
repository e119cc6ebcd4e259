import fc from "fast-check";
import { expect, test } from "vitest";
import { type Graph, graphBuilder } from "@smidgen/graph";
import { prepareSteps } from "@smidgen/kernels";
import { arenaAlignment, planMemory } from "@smidgen/runtime";
import { alive, anyGraph, overlaps } from "./any-graph.ts";

/** Steps as `prepareSteps` makes them, but with memory of their own while they run. */
function stepsWithScratch(graph: Graph, bytes: number) {
  return prepareSteps(graph, { rounding: "double" }).map((step, i) => ({
    ...step,
    scratchBytes: (i % 3) * bytes,
  }));
}

test("what is alive at the same time never overlaps, and lies inside the arena", () => {
  fc.assert(
    fc.property(anyGraph, fc.integer({ min: 0, max: 100 }), (graph, scratchBytes) => {
      const plan = planMemory(graph, { steps: stepsWithScratch(graph, scratchBytes) });
      const values = alive(graph, plan);
      expect(overlaps(values)).toEqual([]);
      for (const { offsetBytes, sizeBytes } of values) {
        expect(offsetBytes % arenaAlignment).toBe(0);
        expect(offsetBytes + sizeBytes).toBeLessThanOrEqual(plan.arenaBytes);
      }
    }),
  );
});

test("kept intermediates share memory with nothing", () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const plan = planMemory(graph, { keepIntermediates: true });
      const forever = alive(graph, plan).map((value) => ({ ...value, from: 0, to: 0 }));
      expect(overlaps(forever)).toEqual([]);
    }),
  );
});

test("the largest comes first, and of equally large ones the later", () => {
  const b = graphBuilder("chain");
  const x = b.input("x", { type: "int8", shape: [20] });
  const y = b.op("reshape", [x, undefined], { newShape: [20] }, { name: "y", type: "int8" });
  const z = b.op("reshape", [y, undefined], { newShape: [20] }, { name: "z", type: "int8" });
  const graph = b.build([z]);
  expect(planMemory(graph)).toEqual({
    arenaBytes: 64,
    tensors: [
      { id: x, sizeBytes: 20, firstOp: -1, lastOp: 0, offsetBytes: 0 },
      { id: y, sizeBytes: 20, firstOp: 0, lastOp: 1, offsetBytes: 32 },
      { id: z, sizeBytes: 20, firstOp: 1, lastOp: 1, offsetBytes: 0 },
    ],
    scratch: [],
    planner: "greedy",
    lowerBoundBytes: 64,
    isProvenOptimal: true,
    overwrites: [],
  });
});

test("a value nobody reads has a place while it is written, and an input nobody reads gives its place away", () => {
  const b = graphBuilder("unused");
  const unread = b.input("unread", { type: "float32", shape: [4] });
  const x = b.input("x", { type: "float32", shape: [4] });
  b.op("relu", [x], {}, { name: "dead end", type: "float32" });
  const y = b.op("relu", [x], {}, { name: "y", type: "float32" });
  const { arenaBytes, tensors } = planMemory(b.build([y]));
  expect(tensors.find(({ id }) => id === unread)).toMatchObject({ firstOp: -1, lastOp: -1 });
  expect(arenaBytes).toBe(32);
});
