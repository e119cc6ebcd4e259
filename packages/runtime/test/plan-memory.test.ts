import fc from "fast-check";
import { expect, test } from "vitest";
import { type Graph, graphBuilder, presentInputs, type TensorId } from "@smidgen/graph";
import { prepareSteps } from "@smidgen/kernels";
import { arenaAlignment, type MemoryPlan, planMemory } from "@smidgen/runtime";

/** A network of additions, where each value has one row or the drawn size, and reads what is before it. */
const anyGraph = fc
  .record({
    size: fc.integer({ min: 1, max: 40 }),
    ops: fc.array(fc.record({ a: fc.nat(), b: fc.nat(), isOutput: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    }),
  })
  .map(({ size, ops }) => {
    const b = graphBuilder("drawn");
    const input = (name: string, shape: readonly number[]) =>
      b.input(name, { type: "float32", shape });
    const values = [input("scalar", [1]), input("column", [size, 1]), input("row", [1, 7])];
    const outputs: TensorId[] = [];
    for (const [i, op] of ops.entries()) {
      const operands = [op.a, op.b].map((n) => values[n % values.length]) as [TensorId, TensorId];
      const output = { name: `value ${i}`, type: "float32" } as const;
      const id = b.op("add", operands, { activation: "none" }, output);
      values.push(id);
      if (op.isOutput) outputs.push(id);
    }
    return b.build(outputs.length > 0 ? outputs : [values.at(-1) as TensorId]);
  });

interface Alive {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Lives as the operators tell them, not as the plan does. */
function alive(graph: Graph, plan: MemoryPlan): readonly Alive[] {
  const tensors = plan.tensors.map(({ id, offsetBytes, sizeBytes }) => {
    const writer = graph.ops.findIndex(({ outputs }) =>
      (outputs as readonly TensorId[]).includes(id),
    );
    const readers = graph.ops.flatMap((op, i) => (presentInputs(op).includes(id) ? [i] : []));
    const to = graph.outputs.includes(id) ? graph.ops.length : Math.max(writer, ...readers);
    return { name: `%${id}`, from: writer, to, offsetBytes, sizeBytes };
  });
  const scratch = plan.scratch.map(({ op, offsetBytes, sizeBytes }) => ({
    name: `scratch of ${op}`,
    from: op,
    to: op,
    offsetBytes,
    sizeBytes,
  }));
  return [...tensors, ...scratch];
}

function overlaps(values: readonly Alive[]): readonly string[] {
  return values.flatMap((a, i) =>
    values
      .slice(i + 1)
      .filter((b) => a.from <= b.to && b.from <= a.to)
      .filter(
        (b) =>
          a.offsetBytes < b.offsetBytes + b.sizeBytes &&
          b.offsetBytes < a.offsetBytes + a.sizeBytes,
      )
      .map((b) => `${a.name} and ${b.name}`),
  );
}

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
