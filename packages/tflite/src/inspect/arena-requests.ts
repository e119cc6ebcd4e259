import type { StoredTensor } from "./stored-tensor.ts";
import type { Row } from "../schema/schema-types.ts";

/** A tensor that needs a place in the arena, from one operator to another (both included, by position). */
export interface ArenaRequest {
  readonly tensor: number;
  readonly bytes: number;
  readonly firstUse: number;
  readonly lastUse: number;
}

/** What the activations of a subgraph need. Constants and variables are not part of it. */
export interface ArenaNeed {
  /** For a memory planner. Inputs live from the first operator on, outputs to the last. */
  readonly requests: readonly ArenaRequest[];
  /** Sum of what is alive while each operator runs, every size rounded up to a multiple of 16. */
  readonly liveBytes: readonly number[];
  /** No plan can do with less: the largest of `liveBytes`. */
  readonly lowerBoundBytes: number;
  /** State that lives from one inference to the next. */
  readonly variableBytes: number;
  /** Tensors whose size is not known: dynamic shapes, strings. They are not in the figures above. */
  readonly unsized: readonly number[];
}

export function arenaNeed(
  { operators = [], inputs, outputs }: Row<"SubGraph">,
  tensors: readonly StoredTensor[],
): ArenaNeed {
  const last = Math.max(0, operators.length - 1);
  const uses = new Map<number, { first: number; last: number }>();
  const use = (ids: Iterable<number> | undefined, step: number) => {
    for (const id of ids ?? []) {
      const known = uses.get(id);
      if (known === undefined) uses.set(id, { first: step, last: step });
      else known.last = step;
    }
  };
  use(inputs, 0);
  for (const [step, operator] of operators.entries()) {
    use(operator.inputs, step);
    use(operator.outputs, step);
  }
  use(outputs, last);

  const activations = [...uses.keys()]
    .filter((id) => tensors[id] !== undefined && tensors[id].data === undefined)
    .filter((id) => tensors[id]?.row.is_variable === false)
    .toSorted((a, b) => a - b);
  const requests = activations.flatMap((id): readonly ArenaRequest[] => {
    const bytes = tensors[id]?.bytes;
    const { first, last: lastUse } = uses.get(id) as { first: number; last: number };
    return bytes === undefined ? [] : [{ tensor: id, bytes, firstUse: first, lastUse }];
  });
  const liveBytes = sumAlive(requests, operators.length);
  return {
    requests,
    liveBytes,
    lowerBoundBytes: liveBytes.reduce((a, b) => Math.max(a, b), 0),
    variableBytes: tensors
      .filter(({ row }) => row.is_variable)
      .reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    unsized: activations.filter((id) => tensors[id]?.bytes === undefined),
  };
}

/** Adds each size where it begins, and takes it away behind where it ends. */
function sumAlive(requests: readonly ArenaRequest[], steps: number): readonly number[] {
  const changes = new Float64Array(steps + 1);
  for (const { bytes, firstUse, lastUse } of requests) {
    const rounded = Math.ceil(bytes / 16) * 16;
    changes[firstUse] = (changes[firstUse] ?? 0) + rounded;
    changes[lastUse + 1] = (changes[lastUse + 1] ?? 0) - rounded;
  }
  let alive = 0;
  return Array.from({ length: steps }, (_, step) => (alive += changes[step] ?? 0));
}
