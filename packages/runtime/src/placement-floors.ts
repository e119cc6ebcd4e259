/**
 * What a search knows about each buffer: the lowest offset it can still have, its floor, and why it is that high.
 *
 * Floors only rise while a search goes deeper. Each rise is kept with its reasons, so that it can be taken back, and
 * so that a dead end can say which buffers led to it.
 */
export interface Floors {
  /** In units. Of a placed buffer: its offset. */
  readonly at: Float64Array; // [buffers]
  readonly isPlaced: Uint8Array; // [buffers]
  readonly blame: Blame;
  /** Names a reason of the next rise: that a buffer lies no lower than its floor. */
  readonly because: (buffer: number) => void;
  /** Names a reason of the next rise: that a buffer lies where it was placed. */
  readonly becausePlaced: (buffer: number) => void;
  /** Names as reasons of the next rise all that is blamed, and clears the blame. */
  readonly becauseOfBlame: () => void;
  readonly raise: (buffer: number, floor: number) => void;
  /** The one of these buffers that rose last, if any did. */
  readonly lastRiserAmong: (isMember: Uint8Array) => number | undefined;
  /** How many rises there were. */
  readonly mark: () => number;
  /** Takes back all rises since the mark. */
  readonly undoTo: (mark: number) => void;
  /** Puts the reasons of all blamed rises since the mark in their place. The blame then concerns floors at the mark. */
  readonly explainTo: (mark: number) => void;
}

/** Why there is no solution: these buffers cannot all lie at or above their floors, some of them where they were placed. */
export interface Blame {
  readonly floor: Uint8Array; // [buffers], 1 if its floor is to blame
  readonly place: Uint8Array; // [buffers], 1 if its place is to blame
}

export function createFloors(bufferCount: number, onRise: (buffer: number) => void): Floors {
  const at = new Float64Array(bufferCount);
  const isPlaced = new Uint8Array(bufferCount);
  const blame = { floor: new Uint8Array(bufferCount), place: new Uint8Array(bufferCount) };
  // Rise i lifted riser[i] from before[i], because of reasons[reasonsEnd[i - 1]] to reasons[reasonsEnd[i] - 1]:
  // b stands for the floor of buffer b, ~b for its place.
  const riser: number[] = [];
  const before: number[] = [];
  const reasonsEnd: number[] = [];
  const reasons: number[] = [];
  let rises = 0;
  let reasonCount = 0;

  const addReason = (reason: number) => {
    reasons[reasonCount++] = reason;
  };
  return {
    at,
    isPlaced,
    blame,
    because: addReason,
    becausePlaced: (buffer) => addReason(~buffer),
    becauseOfBlame() {
      for (let b = 0; b < bufferCount; b++) {
        if (blame.floor[b] === 1) addReason(b);
        if (blame.place[b] === 1) addReason(~b);
      }
      blame.floor.fill(0);
      blame.place.fill(0);
    },
    raise(buffer, floor) {
      riser[rises] = buffer;
      before[rises] = at[buffer]!;
      reasonsEnd[rises] = reasonCount;
      rises++;
      at[buffer] = floor;
      onRise(buffer);
    },
    lastRiserAmong(isMember) {
      for (let rise = rises - 1; rise >= 0; rise--) {
        if (isMember[riser[rise]!] === 1) return riser[rise];
      }
      return undefined;
    },
    mark: () => rises,
    undoTo(mark) {
      while (rises > mark) {
        rises--;
        at[riser[rises]!] = before[rises]!;
      }
      reasonCount = rises === 0 ? 0 : reasonsEnd[rises - 1]!;
    },
    explainTo(mark) {
      for (let rise = rises - 1; rise >= mark; rise--) {
        if (blame.floor[riser[rise]!] === 0) continue;
        for (let i = rise === 0 ? 0 : reasonsEnd[rise - 1]!; i < reasonsEnd[rise]!; i++) {
          const reason = reasons[i]!;
          if (reason >= 0) blame.floor[reason] = 1;
          else blame.place[~reason] = 1;
        }
      }
    },
  };
}
