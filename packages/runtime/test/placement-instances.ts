import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { PlacementBuffer } from "../src/exact-placement.ts";

/** Makes the same instance from the same seed. */
export type MakeInstance = (seed: number) => PlacementBuffer[];

/** Networks of `operators` operators, in the shapes that small networks have. Sizes in bytes of int8 activations. */
export function networks(operators: number): Readonly<Record<string, MakeInstance>> {
  return {
    chain: (seed) => chain(seed, operators),
    residual: (seed) => residual(seed, operators),
    inception: (seed) => inception(seed, operators),
    "U-net": (seed) => unet(seed, operators),
    DenseNet: (seed) => dense(seed, operators),
    "DenseNet, copying": (seed) => copyingDense(seed, operators),
    "random graph": (seed) => randomGraph(seed, operators, Math.floor(operators / 5)),
  };
}

/** Unrelated buffers, each alive for up to a third of the steps. */
export function randomBuffers(seed: number, count: number): PlacementBuffer[] {
  const int = integers(seed);
  const steps = Math.ceil(count / 2);
  return Array.from({ length: count }, () => {
    const firstOp = int(0, steps - 1);
    const lastOp = Math.min(steps - 1, firstOp + int(0, Math.ceil(steps / 3)));
    return { sizeBytes: 16 * int(1, 500), firstOp, lastOp };
  });
}

/** A rectangle of `units` of 16 bytes and as many steps as buffers, cut up: it can be put together without a gap. */
export function cutRectangle(seed: number, count: number, units: number): PlacementBuffer[] {
  const int = integers(seed);
  const pieces = [{ step: 0, steps: count, size: units }];
  while (pieces.length < count) {
    const i = int(0, pieces.length - 1);
    const piece = pieces[i]!;
    if (int(0, 1) === 0 && piece.steps > 1) {
      const before = int(1, piece.steps - 1);
      pieces.push({ ...piece, step: piece.step + before, steps: piece.steps - before });
      piece.steps = before;
    } else if (piece.size > 1) {
      const below = int(1, piece.size - 1);
      pieces.push({ ...piece, size: piece.size - below });
      piece.size = below;
    }
  }
  return pieces.map(({ step, steps, size }) => ({
    sizeBytes: 16 * size,
    firstOp: step,
    lastOp: step + steps - 1,
  }));
}

/**
 * At least `count` buffers that fill `units` of 16 bytes at every step: when some end, as much begins.
 *
 * No unit can stay empty in an arena of the maximum load, so often a larger one is needed.
 */
export function fullAtEveryStep(
  seed: number,
  count: number,
  units: number,
  largest: number,
): PlacementBuffer[] {
  const int = integers(seed);
  const ended: PlacementBuffer[] = [];
  let live: PlacementBuffer[] = [];
  for (let step = 0; ended.length + live.length < count; step++) {
    for (let i = step === 0 ? 0 : int(1, 2); i > 0 && live.length > 0; i--) {
      ended.push(...live.splice(int(0, live.length - 1), 1));
    }
    let left = live.reduce((rest, { sizeBytes }) => rest - sizeBytes / 16, units);
    live = live.map((buffer) => ({ ...buffer, lastOp: step }));
    while (left > 0) {
      const size = Math.min(left, int(1, largest));
      left -= size;
      live.push({ sizeBytes: 16 * size, firstOp: step, lastOp: step });
    }
  }
  return [...ended, ...live];
}

type Integers = (from: number, to: number) => number;

function integers(seed: number): Integers {
  const rng = xoroshiro128plus(seed);
  return (from, to) => uniformInt(rng, from, to);
}

/** Tensors by position; an operator keeps what it reads alive. */
function network(inputBytes: number) {
  const tensors = [{ sizeBytes: inputBytes, firstOp: -1, lastOp: -1 }];
  let operators = 0;
  return {
    operators: () => operators,
    /** @returns the position of the output */
    add(inputs: readonly number[], sizeBytes: number, scratchBytes = 0): number {
      const op = operators++;
      for (const input of inputs) tensors[input]!.lastOp = op;
      if (scratchBytes > 0) tensors.push({ sizeBytes: scratchBytes, firstOp: op, lastOp: op });
      return tensors.push({ sizeBytes, firstOp: op, lastOp: op }) - 1;
    },
    buffers: (): PlacementBuffer[] => tensors,
  };
}

function chain(seed: number, operators: number): PlacementBuffer[] {
  const int = integers(seed);
  const net = network(int(100, 20_000));
  let x = 0;
  while (net.operators() < operators) {
    x = net.add([x], int(16, 40_000), int(0, 1) * int(16, 5_000));
  }
  return net.buffers();
}

/** Expand, convolve, project, and add what was there before; some halve the image. */
function residual(seed: number, operators: number): PlacementBuffer[] {
  const int = integers(seed);
  let side = 32;
  let channels = 8;
  const net = network(side * side * 3);
  let x = net.add([0], side * side * channels);
  while (net.operators() + 4 <= operators) {
    const halve = int(0, 3) === 0 && side > 4;
    const wide = side * side * channels * int(1, 6);
    let y = net.add([x], wide, int(0, 1) * int(64, 4_096));
    if (halve) {
      side /= 2;
      channels = 2 * channels + 4 * int(0, 3);
    }
    y = net.add([y], halve ? wide / 4 : wide, int(0, 1) * int(64, 4_096));
    y = net.add([y], side * side * channels);
    const shortcut = halve ? net.add([x], side * side * channels) : x;
    x = net.add([y, shortcut], side * side * channels);
  }
  return net.buffers();
}

/** Three or four branches of different depth, concatenated. */
function inception(seed: number, operators: number): PlacementBuffer[] {
  const int = integers(seed);
  let side = 32;
  const net = network(side * side * 16);
  let x = 0;
  while (net.operators() + 14 <= operators) {
    let channels = 0;
    const branches = Array.from({ length: int(3, 4) }, () => {
      let y = x;
      let width = 0;
      for (let depth = int(1, 3); depth > 0; depth--) {
        width = int(2, 24);
        y = net.add([y], side * side * width, int(0, 1) * int(64, 2_048));
      }
      channels += width;
      return y;
    });
    x = net.add(branches, side * side * channels);
    if (int(0, 1) === 0 || side <= 4) continue;
    side /= 2;
    x = net.add([x], side * side * channels);
  }
  return net.buffers();
}

/** Down, across and up again, each level concatenating what the way down left there. */
function unet(seed: number, operators: number): PlacementBuffer[] {
  const int = integers(seed);
  const levels = 4;
  const perLevel = Math.floor((operators / levels - 3) / 2);
  let side = 64;
  let channels = 4;
  const net = network(side * side);
  const skips: { tensor: number; side: number; channels: number }[] = [];
  let x = 0;
  for (let level = 0; level < levels; level++) {
    for (let i = 0; i < perLevel; i++) {
      x = net.add([x], side * side * (channels + int(0, 3)), int(0, 1) * int(64, 4_096));
    }
    skips.push({ tensor: x, side, channels });
    side /= 2;
    x = net.add([x], side * side * channels);
    channels = Math.floor(1.5 * channels) + int(0, 3);
  }
  for (const skip of skips.toReversed()) {
    const cells = skip.side * skip.side;
    x = net.add([x], cells * skip.channels);
    x = net.add([x, skip.tensor], cells * skip.channels * 2);
    for (let i = 0; i < perLevel; i++) x = net.add([x], cells * (skip.channels + int(0, 2)));
  }
  return net.buffers();
}

/** Blocks in which every layer reads all before it. */
function dense(seed: number, operators: number): PlacementBuffer[] {
  const int = integers(seed);
  let cells = 32 * 32;
  let channels = 8;
  const net = network(cells * channels);
  let x = 0;
  while (net.operators() + 18 <= operators) {
    const growth = int(3, 12);
    const features = [x];
    for (let layer = 0; layer < 8; layer++) {
      const bottleneck = net.add(features, cells * growth * int(1, 4));
      features.push(net.add([bottleneck], cells * growth));
    }
    const all = net.add(features, cells * (channels + 8 * growth));
    channels = Math.floor((channels + 8 * growth) / 2);
    cells /= 4;
    x = net.add([all], cells * channels);
  }
  return net.buffers();
}

/** The same with a concatenation before every layer, as converters write it. */
function copyingDense(seed: number, operators: number): PlacementBuffer[] {
  const int = integers(seed);
  let cells = 32 * 32;
  let channels = 8;
  const net = network(cells * channels);
  let x = 0;
  while (net.operators() + 14 <= operators) {
    const growth = int(3, 12);
    for (let layer = 0; layer < 4; layer++) {
      const bottleneck = net.add([x], cells * growth * int(1, 4), int(0, 1) * int(64, 2_048));
      const grown = net.add([bottleneck], cells * growth);
      channels += growth;
      x = net.add([x, grown], cells * channels);
    }
    channels = Math.floor(channels / 2);
    cells /= 4;
    x = net.add([x], cells * channels);
  }
  return net.buffers();
}

/** Each operator reads the last tensor and up to two of the last `reach`. */
function randomGraph(seed: number, operators: number, reach: number): PlacementBuffer[] {
  const int = integers(seed);
  const net = network(16 * int(1, 512));
  const outputs = [0];
  while (net.operators() < operators) {
    const recent = outputs.slice(-1 - reach);
    const inputs = [recent.at(-1)!];
    for (let more = int(0, 2); more > 0; more--) inputs.push(recent[int(0, recent.length - 1)]!);
    const scratch = int(0, 4) === 0 ? 16 * int(1, 64) : 0;
    outputs.push(net.add(inputs, 16 * int(1, 512), scratch));
  }
  return net.buffers();
}
