/**
 * Nodes of a directed graph that are on a cycle, or between two: what is left when those that nothing leads to, and
 * those that lead nowhere, are taken away again and again (Kahn's algorithm, in both directions).
 */
export function nodesOnCycles(
  edges: Iterable<readonly [from: number, to: number]>,
): ReadonlySet<number> {
  let left = [...edges];
  left = trim(left);
  left = trim(left.map(([from, to]) => [to, from]));
  return new Set(left.map(([from]) => from));
}

type Edge = readonly [from: number, to: number];

/** Edges that remain when nodes without incoming edges are taken away, one after the other. */
function trim(edges: readonly Edge[]): Edge[] {
  const incoming = new Map<number, number>();
  const outgoing = new Map<number, number[]>();
  for (const [from, to] of edges) {
    incoming.set(to, (incoming.get(to) ?? 0) + 1);
    const targets = outgoing.get(from);
    if (targets === undefined) outgoing.set(from, [to]);
    else targets.push(to);
  }
  const removed = [...outgoing.keys()].filter((node) => !incoming.has(node));
  const gone = new Set(removed);
  for (const node of removed) {
    for (const target of outgoing.get(node) ?? []) {
      const count = (incoming.get(target) ?? 0) - 1;
      incoming.set(target, count);
      if (count > 0 || gone.has(target)) continue;
      gone.add(target);
      removed.push(target);
    }
  }
  return edges.filter(([from]) => !gone.has(from));
}
