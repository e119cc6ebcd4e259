/**
 * Random numbers for one place, such as one example in one epoch: a function of the place alone, whatever
 * was drawn elsewhere, in whichever order or thread. Each call gives another, 0 … 2^32 − 1.
 *
 * place: whole numbers, of which the lower 32 bits count.
 */
export function randomAt(...place: readonly number[]): () => number {
  let key0 = 0x2545f491;
  let key1 = 0x9e3779b9;
  for (const each of place) {
    key0 = mixBits(key0 ^ each);
    key1 = mixBits(key1 + Math.imul(key0, 0x85ebca6b) + each);
  }
  let count = 0;
  return () => {
    count = (count + 0x9e3779b9) | 0;
    return mixBits(mixBits(count ^ key0) + key1) >>> 0;
  };
}

/** 32 bits → 32 bits, a bijection with little bias. Source of its constants: lowbias32, hash-prospector (C. Wellons). */
export function mixBits(bits: number): number {
  let mixed = bits | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}
