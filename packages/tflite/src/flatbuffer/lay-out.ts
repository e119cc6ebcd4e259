/** A contiguous piece of a FlatBuffers file. */
export interface Part {
  readonly bytes: Uint8Array;
  /** Its position plus `phase` is a multiple of `alignment`. */
  readonly alignment: number;
  readonly phase: number;
  /** Where offsets to other parts are stored; they must lie behind this one. */
  readonly pointers: readonly { readonly at: number; readonly to: Part }[];
  /** Tables store the distance to it in their first four bytes; it may lie anywhere. */
  readonly vtable: Part | undefined;
}

/**
 * The file: root offset, identifier, parts that point to others in an order in which offsets are positive,
 * then parts that point nowhere, the coarsest alignment and the largest first, each in the tightest gap that
 * it fits.
 *
 * parts: everything that can be reached from `root`, what is pointed to before what points to it.
 */
export function layOut(
  root: Part,
  parts: readonly Part[],
  identifier: string,
): Uint8Array<ArrayBuffer> {
  const positions = new Map<Part, number>();
  let end = 8;
  for (const part of parts.filter(isInner).toReversed()) {
    const start = align(end, part);
    positions.set(part, start);
    end = start + part.bytes.length;
  }
  // Offsets are positive, so what is pointed to may fill no gap before the last table.
  const leaves = parts
    .filter((part) => !isInner(part))
    .map((part, order) => ({ part, order }))
    .toSorted(
      (a, b) =>
        b.part.alignment - a.part.alignment ||
        b.part.bytes.length - a.part.bytes.length ||
        a.order - b.order,
    );
  const gaps = newGaps();
  for (const { part } of leaves) {
    const filled = gaps.fill(part);
    const start = filled ?? align(end, part);
    positions.set(part, start);
    if (filled !== undefined) continue;
    gaps.add(end, start);
    end = start + part.bytes.length;
  }

  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  const positionOf = (part: Part): number => {
    const position = positions.get(part);
    if (position === undefined) throw new Error("a part of the file was not laid out");
    return position;
  };
  view.setUint32(0, positionOf(root), true);
  for (let i = 0; i < 4; i++) view.setUint8(4 + i, identifier.charCodeAt(i));
  for (const [part, position] of positions) {
    file.set(part.bytes, position);
    if (part.vtable !== undefined)
      view.setInt32(position, position - positionOf(part.vtable), true);
    for (const { at, to } of part.pointers) {
      view.setUint32(position + at, positionOf(to) - (position + at), true);
    }
  }
  return file;
}

interface Gaps {
  readonly add: (start: number, end: number) => void;
  /** Takes the smallest gap that the part fits in, and returns where it then lies. */
  readonly fill: (part: Part) => number | undefined;
}

/** Gaps that alignment leaves: 1 to 15 bytes. Those of a size that begin alike are as good as each other. */
function newGaps(): Gaps {
  const kinds = Array.from({ length: 16 * maxAlignment }, (): number[] => []);
  const kindOf = (start: number, size: number) =>
    kinds[size * maxAlignment + (start % maxAlignment)] as number[];
  const add = (start: number, end: number) => {
    if (end > start) kindOf(start, end - start).push(start);
  };
  return {
    add,
    fill(part) {
      for (let size = part.bytes.length; size < 16; size++) {
        for (let phase = 0; phase < maxAlignment; phase++) {
          const gapStart = kindOf(phase, size).at(-1);
          if (gapStart === undefined) continue;
          const start = align(gapStart, part);
          const end = start + part.bytes.length;
          if (end > gapStart + size) continue;
          kindOf(phase, size).pop();
          add(gapStart, start);
          add(end, gapStart + size);
          return start;
        }
      }
      return undefined;
    },
  };
}

const maxAlignment = 16;

/** Tables and vectors of tables. */
function isInner(part: Part): boolean {
  return part.vtable !== undefined || part.pointers.length > 0;
}

function align(position: number, { alignment, phase }: Part): number {
  return Math.ceil((position + phase) / alignment) * alignment - phase;
}
