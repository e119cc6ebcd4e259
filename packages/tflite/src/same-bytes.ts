/** Gives each content a number, the same one whenever it comes again. Bytes at one place are looked at once. */
export interface ContentNumbers {
  /** The content's number; `add` makes one for a content that is new. */
  numberOf(bytes: Uint8Array, add: () => number): number;
}

export function newContentNumbers(): ContentNumbers {
  const known = new Map<string, { readonly bytes: Uint8Array; readonly number: number }[]>();
  const places = new WeakMap<ArrayBufferLike, Map<string, number>>();
  return {
    numberOf(bytes, add) {
      const inBuffer = places.get(bytes.buffer) ?? new Map<string, number>();
      places.set(bytes.buffer, inBuffer);
      const place = `${bytes.byteOffset} ${bytes.length}`;
      const number = inBuffer.get(place) ?? numberOfContent(bytes, add);
      inBuffer.set(place, number);
      return number;
    },
  };

  function numberOfContent(bytes: Uint8Array, add: () => number): number {
    const key = `${bytes.length} ${hashBytes(bytes)}`;
    const candidates = known.get(key) ?? [];
    const same = candidates.find((candidate) => hasSameBytes(candidate.bytes, bytes));
    if (same !== undefined) return same.number;
    const number = add();
    candidates.push({ bytes, number });
    known.set(key, candidates);
    return number;
  }
}

export function hasSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** FNV-1a, 32 bits. */
export function hashBytes(bytes: Uint8Array): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) {
    state = Math.imul(state ^ (bytes[i] as number), 0x01000193);
  }
  return state >>> 0;
}
