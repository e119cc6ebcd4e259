/** One of several nested loops: how far each round gets in what is written, and in what is read. */
export interface LoopAxis {
  readonly count: number;
  readonly written: number;
  readonly read: number;
}

/**
 * By how much writing is ahead of reading at most, over all rounds of nested loops: how much is written before something is
 * read, less where that lies. Both begin at 0.
 */
export function furthestAhead(axes: readonly LoopAxis[]): number {
  return axes.reduce(
    (sum, { count, written, read }) => sum + Math.max(0, (count - 1) * (written - read)),
    0,
  );
}

/** The same along one axis whose rounds begin to read at `firsts`, counted in steps of `read`; some read nothing. */
export function furthestAheadAlong(
  firsts: ArrayLike<number | undefined>,
  { written, read }: Pick<LoopAxis, "written" | "read">,
): number {
  let most = -Infinity;
  for (let i = 0; i < firsts.length; i++) {
    const first = firsts[i];
    if (first !== undefined) most = Math.max(most, i * written - first * read);
  }
  return most;
}
