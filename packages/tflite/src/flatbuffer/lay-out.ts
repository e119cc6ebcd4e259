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
  const gaps: Gap[] = [];
  let end = 8;

  const inner = parts.filter(isInner).toReversed();
  for (const part of inner) {
    const start = align(end, part);
    if (start > end) gaps.push({ start: end, end: start });
    positions.set(part, start);
    end = start + part.bytes.length;
  }
  // Offsets are positive, so a leaf may not fill a gap before the last table.
  const leaves = parts
    .filter((part) => !isInner(part))
    .map((part, order) => ({ part, order }))
    .toSorted(
      (a, b) =>
        b.part.alignment - a.part.alignment ||
        b.part.bytes.length - a.part.bytes.length ||
        a.order - b.order,
    );
  gaps.length = 0;
  for (const { part } of leaves) positions.set(part, placeLeaf(part));

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

  function placeLeaf(part: Part): number {
    let best: Gap | undefined;
    for (const gap of gaps) {
      const fits = align(gap.start, part) + part.bytes.length <= gap.end;
      if (fits && (best === undefined || gap.end - gap.start < best.end - best.start)) best = gap;
    }
    if (best === undefined) {
      const start = align(end, part);
      if (start > end) gaps.push({ start: end, end: start });
      end = start + part.bytes.length;
      return start;
    }
    const start = align(best.start, part);
    gaps.splice(gaps.indexOf(best), 1);
    if (start > best.start) gaps.push({ start: best.start, end: start });
    const rest = start + part.bytes.length;
    if (rest < best.end) gaps.push({ start: rest, end: best.end });
    return start;
  }
}

interface Gap {
  readonly start: number;
  readonly end: number;
}

/** Tables and vectors of tables. */
function isInner(part: Part): boolean {
  return part.vtable !== undefined || part.pointers.length > 0;
}

function align(position: number, { alignment, phase }: Part): number {
  return Math.ceil((position + phase) / alignment) * alignment - phase;
}
