import { UserError } from "@smidgen/errors";
import { elementTypes, type Tensor } from "@smidgen/graph";
import type { ActivationFormat, PerTensor } from "./op-rules.ts";
import { isSame, list, scalesOf } from "./operands.ts";
import type { Range, Ranges } from "./ranges.ts";

export interface ActivationRanges {
  /**
   * How an activation is stored, from the range that was seen. The scale is at least 1/64 of `unit`, what one
   * step of its operator's exact result stands for.
   */
  readonly calibrated: (name: string, format: ActivationFormat, unit?: number) => PerTensor;
  /**
   * How tensors are stored that share a scale, from all their ranges; `undefined` if that is too fine for an
   * operator with this unit.
   */
  readonly calibratedTogether: (
    names: readonly string[],
    format: ActivationFormat,
    unit?: number,
  ) => PerTensor | undefined;
  /** Whether there is a range that can be used. */
  readonly has: (name: string) => boolean;
  /** The larger of the two magnitudes that were seen. */
  readonly magnitude: (name: string) => number;
  /** Notes a constant whose scale float32 cannot hold. */
  readonly check: (constant: Tensor) => void;
  /** @throws UserError `missing-range` or `range-too-wide`, each naming every tensor that was met. */
  readonly throwProblems: () => void;
}

// Where a layer has died, its output's range is next to nothing, and its integers would be results times
// thousands: XNNPACK refuses factors from 256, and shifting left overflows int32. A finer step than this shows
// nothing more.
const finestStep = 1 / 64;

/** Stands in for what is reported once all has been looked at. */
const ofReported: PerTensor = { kind: "per-tensor", scale: 1, zeroPoint: 0 };

export function activationRanges(ranges: Ranges): ActivationRanges {
  const missing = new Set<string>();
  const tooWide = new Set<string>();
  const rangesOf = (names: readonly string[]): readonly Range[] | undefined => {
    const seen = names.map((name) => ({ name, range: usableRange(ranges, name) }));
    const withoutRange = seen.filter(({ range }) => range === undefined);
    for (const { name } of withoutRange) missing.add(`"${name}"`);
    return withoutRange.length > 0 ? undefined : seen.flatMap(({ range }) => range ?? []);
  };
  const quantizationOf = (names: readonly string[], format: ActivationFormat): Quantized => {
    const seen = rangesOf(names);
    if (seen === undefined) return { quantization: ofReported, isGiven: true };
    const given = givenQuantization(seen, format);
    if (given !== undefined) return { quantization: given, isGiven: true };
    const { min, max } = union(seen);
    const quantization = format.quantizationOf({ min, max });
    if (Number.isFinite(quantization.scale)) return { quantization, isGiven: false };
    tooWide.add(`${names.map((name) => `"${name}"`).join(", ")}: ${min} to ${max}`);
    return { quantization: ofReported, isGiven: true };
  };
  return {
    calibrated(name, format, unit) {
      const { quantization, isGiven } = quantizationOf([name], format);
      if (isGiven) return quantization;
      // With the same zero point a larger scale still covers the range.
      return { ...quantization, scale: Math.max(quantization.scale, smallestScale(unit)) };
    },
    calibratedTogether(names, format, unit) {
      const { quantization, isGiven } = quantizationOf(names, format);
      return !isGiven && quantization.scale < smallestScale(unit) ? undefined : quantization;
    },
    has: (name) => usableRange(ranges, name) !== undefined,
    magnitude(name) {
      const { min, max } = rangesOf([name])?.[0] ?? { min: 0, max: 0 };
      return Math.max(Math.abs(min), Math.abs(max));
    },
    check(constant) {
      if (scalesOf(constant).every((scale) => scale > 0 && Number.isFinite(scale))) return;
      tooWide.add(`"${constant.name}"`);
    },
    throwProblems() {
      if (missing.size > 0) {
        throw new UserError("missing-range", `no usable range for ${[...missing].join(", ")}`, {
          hint: "Calibrate the same graph that is quantized.",
        });
      }
      if (tooWide.size > 0) {
        throw new UserError(
          "range-too-wide",
          `float32 cannot hold a scale for:\n${list(tooWide)}`,
          {
            hint: "Scale the inputs to around 1, and train with a lower learning rate or weight decay.",
          },
        );
      }
    },
  };
}

interface Quantized {
  readonly quantization: PerTensor;
  /** Whether it is to be taken as it is. */
  readonly isGiven: boolean;
}

/** Scale and zero point that all of the ranges name, if the type can have them. */
function givenQuantization(
  ranges: readonly Range[],
  { type }: ActivationFormat,
): PerTensor | undefined {
  const [first, ...others] = ranges.map(({ scale, zeroPoint }): PerTensor | undefined =>
    scale === undefined || zeroPoint === undefined
      ? undefined
      : { kind: "per-tensor", scale, zeroPoint },
  );
  const [lowest, highest] = type === "int16" ? [0, 0] : (elementTypes[type].range ?? [0, 0]);
  return first !== undefined &&
    others.every((each) => isSame(each, first)) &&
    first.zeroPoint >= lowest &&
    first.zeroPoint <= highest
    ? first
    : undefined;
}

function smallestScale(unit = 0): number {
  const smallest = Math.fround(unit * finestStep);
  // A unit beyond float32 is a constant's fault.
  return Number.isFinite(smallest) ? smallest : 0;
}

function union(ranges: readonly Range[]): Range {
  return {
    min: Math.min(...ranges.map(({ min }) => min)),
    max: Math.max(...ranges.map(({ max }) => max)),
  };
}

/** Ranges come from files too: what is not two finite numbers in order counts as missing. */
function usableRange({ tensors }: Ranges, name: string): Range | undefined {
  const range = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  return range !== undefined &&
    Number.isFinite(range.min) &&
    Number.isFinite(range.max) &&
    range.min <= range.max
    ? range
    : undefined;
}
