import { Session } from "node:inspector";
import path from "node:path";
import { expect, test } from "vitest";
import { type Graph, graphBuilder } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { randomValues } from "./random-values.ts";

/** Every byte on the heap that a function, and what it calls, allocates. It must have that name. */
function bytesAllocatedBy(functionName: string, run: () => void): number {
  const session = new Session();
  session.connect();
  // What is collected meanwhile counts too. The types do not know these options yet.
  const options = {
    samplingInterval: 1,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  };
  session.post("HeapProfiler.startSampling", options as { samplingInterval: number });
  run();
  let total = 0;
  session.post("HeapProfiler.stopSampling", (_, { profile }) => {
    const add = (node: typeof profile.head, isInside: boolean): void => {
      const inside = isInside || node.callFrame.functionName === functionName;
      if (inside) total += node.selfSize;
      for (const child of node.children) add(child, inside);
    };
    add(profile.head, false);
  });
  session.disconnect();
  return total;
}

/** Dense, ReLU, add, pool and softmax of floats. */
function floats(): Graph {
  const b = graphBuilder("floats");
  const random = randomValues(1);
  const x = b.input("x", { type: "float32", shape: [1, 4, 4, 2] });
  const output = (name: string) => ({ name, type: "float32" }) as const;
  const w = b.constant("w", { type: "float32", shape: [3, 2, 2, 2], data: random.float32(24, 1) });
  const window = { padding: "same", strideHeight: 1, strideWidth: 1, activation: "relu" } as const;
  const dilation = { dilationHeight: 1, dilationWidth: 1 };
  const conv = b.op("conv-2d", [x, w, undefined], { ...window, ...dilation }, output("conv"));
  const size = { filterHeight: 2, filterWidth: 2 };
  const pooled = b.op("average-pool-2d", [conv], { ...window, ...size }, output("pooled"));
  const sum = b.op("add", [pooled, conv], { activation: "none" }, output("sum"));
  const flat = b.op("reshape", [sum, undefined], { newShape: [1, 48] }, output("flat"));
  const filter = b.constant("filter", {
    type: "float32",
    shape: [5, 48],
    data: random.float32(240, 1),
  });
  const options = { activation: "none", keepNumDims: false } as const;
  const dense = b.op("fully-connected", [flat, filter, undefined], options, output("dense"));
  return b.build([b.op("softmax", [dense], { beta: 1 }, output("y"))]);
}

const own = goldenModels(path.join(import.meta.dirname, "golden"));
const cases = [
  ...own.map(({ name, model }) => ({ name, graph: readTflite(model, { name }) })),
  { name: "a network of floats", graph: floats() },
];

test("allocations are seen", () => {
  const kept: object[] = [];
  const allocating = () => kept.push({ length: kept.length });
  const total = bytesAllocatedBy("allocating", () => {
    for (let i = 0; i < 100; i++) allocating();
  });
  expect(total).toBeGreaterThan(100 * 24);
});

test.each(cases)(
  "inferences of $name allocate nothing, once their code is compiled",
  ({ graph }) => {
    const { run } = createInterpreter(graph);
    const runAHundredTimes = () => {
      for (let i = 0; i < 100; i++) run();
    };
    // Until then the engine keeps some intermediate results on the heap, as it sees fit.
    let total = Infinity;
    for (let attempt = 0; attempt < 100 && total > 0; attempt++) {
      runAHundredTimes();
      total = bytesAllocatedBy("runAll", runAHundredTimes);
    }
    expect(total).toBe(0);
  },
);
