import { formatCount } from "../format.ts";
import type { Block, Section } from "../report-document.ts";
import type { MemoryPlanFacts, RunRecord } from "../run-record.ts";
import { end, start } from "./cells.ts";

export function memoryPlanSection({ systems }: RunRecord): Section | undefined {
  const blocks = systems.flatMap(({ label, memoryPlan }) =>
    memoryPlan === undefined ? [] : planBlocks(label, memoryPlan),
  );
  if (blocks.length === 0) return undefined;
  return { id: "memory-plan", title: "Memory plan", blocks };
}

function planBlocks(label: string, plan: MemoryPlanFacts): Block[] {
  const { op, bytes } = busiestOp(plan);
  return [
    {
      kind: "paragraph",
      text:
        `${label} runs in an arena of ${formatCount(plan.arenaBytes)} bytes. Most is alive during operator ` +
        `${op} (${plan.ops[op]}): ${formatCount(bytes)} bytes at once, so no plan for this order of operators ` +
        "takes less.",
    },
    {
      kind: "memory-plan",
      caption: `Who occupies the arena of ${label}, operator by operator`,
      plan,
    },
    {
      kind: "table",
      caption: `Tensors in the arena of ${label}`,
      columns: [
        start("Tensor"),
        end("Offset, bytes"),
        end("Bytes"),
        start("From operator"),
        start("To operator"),
      ],
      rows: plan.placements.map(({ tensor, offsetBytes, bytes: size, firstOp, lastOp }) => [
        { text: tensor },
        { text: formatCount(offsetBytes) },
        { text: formatCount(size) },
        { text: opName(plan, firstOp) },
        { text: opName(plan, lastOp) },
      ]),
    },
  ];
}

/** The operator during which most bytes are occupied; their sum is a lower bound of any arena. */
function busiestOp(plan: MemoryPlanFacts): { op: number; bytes: number } {
  const occupied = plan.ops.map((_, op) =>
    plan.placements
      .filter(({ firstOp, lastOp }) => firstOp <= op && op <= lastOp)
      .reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const bytes = occupied.reduce((a, b) => Math.max(a, b));
  return { op: occupied.indexOf(bytes), bytes };
}

function opName(plan: MemoryPlanFacts, op: number): string {
  return `${op} ${plan.ops[op] ?? ""}`;
}
