import { UserError } from "@smidgen/errors";
import type { Tensor } from "@smidgen/graph";
import { list, scalesOf } from "./operands.ts";
import type { Range, Ranges } from "./ranges.ts";
import type { PerTensor, Arithmetic } from "./op-rules.ts";

export interface ActivationRanges {
  /**
   * How an activation is stored, from the range that was seen. The scale is at least 1/64 of `unit`, what one
   * step of its operator's exact result stands for.
   */
  readonly calibrated: (tensor: Tensor, unit?: number) => PerTensor;
  /**
   * How tensors are stored that share a scale, from all their ranges; `undefined` if that is too fine for an
   * operator with this unit.
   */
  readonly calibratedTogether: (tensors: readonly Tensor[], unit?: number) => PerTensor | undefined;
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
const placeholder: PerTensor = { kind: "per-tensor", scale: 1, zeroPoint: 0 };

export function activationRanges(ranges: Ranges, { activations }: Arithmetic): ActivationRanges {
  const missing = new Set<string>();
  const tooWide = new Set<string>();
  const quantizationOf = (tensors: readonly Tensor[]): PerTensor => {
    const seen = tensors.map(({ name }) => ({ name, range: usableRange(ranges, name) }));
    const withoutRange = seen.filter(({ range }) => range === undefined);
    for (const { name } of withoutRange) missing.add(`"${name}"`);
    if (withoutRange.length > 0) return placeholder;
    const { min, max } = union(seen.flatMap(({ range }) => range ?? []));
    const quantization = activations.quantizationOf({ min, max });
    if (Number.isFinite(quantization.scale)) return quantization;
    tooWide.add(`${seen.map(({ name }) => `"${name}"`).join(", ")}: ${min} to ${max}`);
    return placeholder;
  };
  return {
    calibrated(tensor, unit) {
      const quantization = quantizationOf([tensor]);
      if (quantization === placeholder) return placeholder;
      // With the same zero point a larger scale still covers the range.
      return { ...quantization, scale: Math.max(quantization.scale, smallestScale(unit)) };
    },
    calibratedTogether(tensors, unit) {
      const quantization = quantizationOf(tensors);
      return quantization.scale < smallestScale(unit) ? undefined : quantization;
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
