import fc from "fast-check";
import { type Graph, graphBuilder, presentInputs, type TensorId } from "@smidgen/graph";
import type { MemoryPlan } from "@smidgen/runtime";

/** A network of additions and ReLUs, where each value has one row or the drawn size, and reads what is before it. */
export const anyGraph = fc
  .record({
    size: fc.integer({ min: 1, max: 40 }),
    ops: fc.array(fc.record({ a: fc.nat(), b: fc.option(fc.nat()), isOutput: fc.boolean() }), {
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
      const valueAt = (position: number) => values[position % values.length] as TensorId;
      const output = { name: `value ${i}`, type: "float32" } as const;
      const id =
        op.b === null
          ? b.op("relu", [valueAt(op.a)], {}, output)
          : b.op("add", [valueAt(op.a), valueAt(op.b)], { activation: "none" }, output);
      values.push(id);
      if (op.isOutput) outputs.push(id);
    }
    return b.build(outputs.length > 0 ? outputs : [values.at(-1) as TensorId]);
  });

export interface Alive {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** What is in the arena, and when. Lives as the operators tell them, not as the plan does. */
export function alive(graph: Graph, plan: MemoryPlan): readonly Alive[] {
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

/** Pairs that share bytes while both are alive. */
export function overlaps(values: readonly Alive[]): readonly string[] {
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
