import { UserError } from "@smidgen/errors";
import type { Graph, TensorId } from "@smidgen/graph";
import type { Step } from "@smidgen/kernels";
import type { MemoryPlan } from "./plan-memory.ts";

/**
 * Refuses a plan that was made for other loops than those that will run: with less scratch memory, or with outputs that
 * reach further into inputs.
 *
 * @throws UserError `wrong-plan`, naming all operators concerned
 */
export function requirePlanFits(graph: Graph, steps: readonly Step[], plan: MemoryPlan): void {
  const scratch = new Map(plan.scratch.map(({ op, sizeBytes }) => [op, sizeBytes]));
  const offsets = new Map(plan.tensors.map(({ id, offsetBytes }) => [id, offsetBytes]));
  const offsetOf = (id: TensorId) => offsets.get(id) ?? 0;
  const place = (op: number) => `operator ${op} (${graph.ops[op]?.kind})`;
  const problems = [
    ...steps.flatMap(({ scratchBytes }, op) => {
      const given = scratch.get(op) ?? 0;
      return given >= scratchBytes
        ? []
        : [`${place(op)} needs ${scratchBytes} bytes while it runs; the plan gives it ${given}`];
    }),
    ...plan.overwrites.flatMap(({ op, input, output }) => {
      const distance = (steps[op]?.overlaps ?? [])
        .filter((overlap) => overlap.input === input && overlap.output === output)
        .reduce((most, { distanceBytes }) => Math.max(most, distanceBytes), -Infinity);
      return Number.isFinite(distance) && offsetOf(output) <= offsetOf(input) - distance
        ? []
        : [`${place(op)} would overwrite %${input} before it has read it`];
    }),
  ];
  if (problems.length === 0) return;
  throw new UserError("wrong-plan", `the memory plan does not fit: ${problems.join("; ")}`, {
    hint: "Make the plan from the steps of this graph, in the same profile of rounding.",
  });
}
