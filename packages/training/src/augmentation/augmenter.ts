import { sineAndCosine } from "../exact-math.ts";
import { randomAt } from "../random-at.ts";
import type { Augmentation } from "./augmentation.ts";
import { bender } from "./bender.ts";
import { affineWarp, bentWarp, type Affine, type ImageSize } from "./warp.ts";

/**
 * Writes image `example` of a data set, changed at random, to `to`, from `toStart` on.
 *
 * What comes out is a function of the image, the seed, the epoch and which example it is: neither of the
 * order nor of the thread, and it is the same on every machine.
 */
export type Augmenter = (
  images: Uint8Array,
  example: number,
  epoch: number,
  to: Uint8Array,
  toStart: number,
) => void;

/** @param shape of one image: [height, width, channels] */
export function augmenter(
  augmentation: Augmentation,
  shape: readonly number[],
  seed: number,
): Augmenter {
  const [height, width, channels] = shape as [number, number, number];
  const size: ImageSize = { height, width, channels };
  const imageSize = height * width * channels;
  const { rotate = 0, shift = 0, scale = 0, shear = 0 } = augmentation;
  const { elastic, mirror = false, outside = "zero" } = augmentation;
  const bend =
    elastic === undefined || elastic.pixels === 0
      ? undefined
      : bender(size, elastic.pixels, elastic.spacing ?? 7);
  const isNearest = outside === "nearest";

  return (images, example, epoch, to, toStart) => {
    const random = randomAt(seed, purpose, epoch, example);
    const { sine, cosine } = sineAndCosine(within(random, rotate) / 360);
    const slant = within(random, shear);
    const wide = 1 / (1 + within(random, scale));
    const high = 1 / (1 + within(random, scale));
    const moveX = within(random, shift);
    const moveY = within(random, shift);
    const side = mirror && random() >= 2 ** 31 ? -1 : 1;
    // from an output's place to the one in the image that it shows: moved back, turned, slanted, scaled
    const a = side * wide * (cosine - slant * sine);
    const b = side * wide * (sine + slant * cosine);
    const c = high * -sine;
    const d = high * cosine;
    const centreX = (width - 1) / 2;
    const centreY = (height - 1) / 2;
    const fromX = -centreX - moveX;
    const fromY = -centreY - moveY;
    const affine: Affine = {
      x: centreX + a * fromX + b * fromY,
      y: centreY + c * fromX + d * fromY,
      xByX: a,
      xByY: b,
      yByX: c,
      yByY: d,
    };
    const start = example * imageSize;
    if (bend === undefined) affineWarp(images, start, to, toStart, size, affine, isNearest);
    else bentWarp(images, start, to, toStart, size, affine, bend(random), isNearest);
  };
}

/** Evenly from −range to range. */
function within(random: () => number, range: number): number {
  return (random() / 2 ** 31 - 1) * range;
}

/** Keeps these random numbers apart from others of the same seed. */
const purpose = 0x617567;
