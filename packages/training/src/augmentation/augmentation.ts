/**
 * How images are changed at random before each use: every range is drawn from evenly, on its own for each
 * image and epoch.
 */
export interface Augmentation {
  /** Turned about the centre by up to so many degrees either way. */
  readonly rotate?: number;
  /** Moved by up to so many pixels along each axis. */
  readonly shift?: number;
  /** Each axis by a factor from 1 − scale to 1 + scale. */
  readonly scale?: number;
  /** Slanted: a row moves sideways by up to so many pixels for each pixel that it is off the centre. */
  readonly shear?: number;
  /** Bent: points of a grid move, and the image between them smoothly. */
  readonly elastic?: {
    /** By up to so many pixels along each axis. Neighbours share in it: a pixel moves half as far. */
    readonly pixels: number;
    /** How many pixels the points are apart. Default: 7. */
    readonly spacing?: number;
  };
  /** Mirrored left to right, every other image. Not for letters and digits. */
  readonly mirror?: boolean;
  /** What comes in over the edges: `zero` (default), or the `nearest` pixel of the image. */
  readonly outside?: "zero" | "nearest";
}

/** The largest image along an axis: within it, and the ranges below, no place leaves 16 + 16 bits. */
export const largestAugmented = 1024;

/** What is wrong with it. */
export function augmentationProblems(augmentation: Augmentation): readonly string[] {
  const { rotate, shift, scale, shear, elastic, outside } = augmentation;
  const ranges: readonly [name: string, value: number | undefined, most: number, what?: string][] =
    [
      ["rotate", rotate, 180, "degrees"],
      ["shift", shift, 1024, "pixels"],
      ["scale", scale, 0.5],
      ["shear", shear, 1],
      ["elastic.pixels", elastic?.pixels, 1024, "pixels"],
    ];
  const problems = ranges.flatMap(([name, value, most, what]) =>
    value === undefined || (value >= 0 && value <= most)
      ? []
      : [`augmentation.${name} is ${value}, it must be from 0 to ${most}${what ? ` ${what}` : ""}`],
  );
  const { spacing = 1 } = elastic ?? {};
  if (!(spacing >= 1 && Number.isFinite(spacing))) {
    problems.push(`augmentation.elastic.spacing is ${spacing}, it must be at least 1 pixel`);
  }
  if (outside !== undefined && outside !== "zero" && outside !== "nearest") {
    problems.push(`augmentation.outside is "${String(outside)}", it must be zero or nearest`);
  }
  return problems;
}
