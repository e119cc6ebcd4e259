import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { PlacementBuffer, PlacementOverlap } from "../src/exact-placement.ts";

/** Buffers to place, and which of them may overlap if that is wanted. */
export interface PlacementInstance {
  readonly buffers: readonly PlacementBuffer[];
  readonly overlaps: readonly PlacementOverlap[];
}

/** Makes the same instance from the same seed. */
export type MakeInstance = (seed: number) => PlacementInstance;

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

type Integers = (from: number, to: number) => number;

function integers(seed: number): Integers {
  const rng = xoroshiro128plus(seed);
  return (from, to) => uniformInt(rng, from, to);
}

/** Tensors by position; an operator keeps what it reads alive. */
function network(inputBytes: number) {
  const tensors = [{ sizeBytes: inputBytes, firstOp: -1, lastOp: -1 }];
  const candidates: (PlacementOverlap & { readonly op: number })[] = [];
  let operators = 0;
  return {
    operators: () => operators,
    /** @returns the position of the output */
    add(inputs: readonly number[], sizeBytes: number, scratchBytes = 0): number {
      const op = operators++;
      for (const input of inputs) tensors[input]!.lastOp = op;
      if (scratchBytes > 0) tensors.push({ sizeBytes: scratchBytes, firstOp: op, lastOp: op });
      const output = tensors.push({ sizeBytes, firstOp: op, lastOp: op }) - 1;
      for (const above of new Set(inputs)) {
        // A tenth of the input: about the rows that a window of 3 × 3 has not finished with.
        const input = tensors[above]!.sizeBytes;
        const distanceBytes = Math.max(0, sizeBytes - input) + Math.floor(input / 10);
        candidates.push({ op, below: output, above, distanceBytes });
      }
      return output;
    },
    instance: (): PlacementInstance => ({
      buffers: tensors,
      overlaps: candidates.filter(({ op, above }) => tensors[above]!.lastOp === op),
    }),
  };
}

function chain(seed: number, operators: number): PlacementInstance {
  const int = integers(seed);
  const net = network(int(100, 20_000));
  let x = 0;
  while (net.operators() < operators) {
    x = net.add([x], int(16, 40_000), int(0, 1) * int(16, 5_000));
  }
  return net.instance();
}

/** Expand, convolve, project, and add what was there before; some halve the image. */
function residual(seed: number, operators: number): PlacementInstance {
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
  return net.instance();
}

/** Three or four branches of different depth, concatenated. */
function inception(seed: number, operators: number): PlacementInstance {
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
  return net.instance();
}

/** Down, across and up again, each level concatenating what the way down left there. */
function unet(seed: number, operators: number): PlacementInstance {
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
  return net.instance();
}

/** Blocks in which every layer reads all before it. */
function dense(seed: number, operators: number): PlacementInstance {
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
  return net.instance();
}

/** The same with a concatenation before every layer, as converters write it. */
function copyingDense(seed: number, operators: number): PlacementInstance {
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
  return net.instance();
}

/** Each operator reads the last tensor and up to two of the last `reach`. */
function randomGraph(seed: number, operators: number, reach: number): PlacementInstance {
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
  return net.instance();
}
