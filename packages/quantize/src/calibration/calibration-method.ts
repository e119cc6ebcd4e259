import { UserError } from "@smidgen/errors";

/** How a tensor's range is found from the values that were seen. */
export type CalibrationMethod =
  /** The smallest and the largest. */
  | { readonly kind: "min-max" }
  /** Of each sample's smallest and largest, weighted towards the last ones. Default momentum 0.9. */
  | { readonly kind: "moving-average"; readonly momentum?: number }
  /** Without the outermost values on both sides: 99.99 (the default) leaves 0.01 % out on each. */
  | { readonly kind: "percentile"; readonly percentile?: number }
  /** Where rounding inside and clipping outside make the smallest mean squared error in 8 bits. */
  | { readonly kind: "mse" }
  /** Where the 8-bit distribution tells least from the one that was seen (Kullback-Leibler divergence). */
  | { readonly kind: "entropy" };

export const calibrationMethods = [
  "min-max",
  "moving-average",
  "percentile",
  "mse",
  "entropy",
] as const satisfies readonly CalibrationMethod["kind"][];

/**
 * `min-max`, `moving-average:0.95`, `percentile:99.9`, `mse` or `entropy`, as text.
 *
 * @throws UserError `invalid-method`
 */
export function parseCalibrationMethod(text: string): CalibrationMethod {
  const [kind = "", figure, ...more] = text.split(":");
  const value = Number(figure);
  const isPlain = figure === undefined;
  if (more.length === 0 && (isPlain || (figure !== "" && Number.isFinite(value)))) {
    if (isPlain && (kind === "min-max" || kind === "mse" || kind === "entropy")) return { kind };
    if (kind === "moving-average") {
      return checkedMethod(isPlain ? { kind } : { kind, momentum: value });
    }
    if (kind === "percentile")
      return checkedMethod(isPlain ? { kind } : { kind, percentile: value });
  }
  throw invalid(`${JSON.stringify(text)} is no calibration method`);
}

/** @throws UserError `invalid-method`, if a figure is not one that the method can have. */
export function checkedMethod(method: CalibrationMethod): CalibrationMethod {
  if (!calibrationMethods.includes(method.kind)) {
    throw invalid(`${JSON.stringify(method.kind)} is no calibration method`);
  }
  if (method.kind === "moving-average") {
    const { momentum = defaultMomentum } = method;
    if (!(momentum >= 0 && momentum < 1))
      throw invalid(`a momentum of ${momentum} is not in [0, 1)`);
  }
  if (method.kind === "percentile") {
    const { percentile = defaultPercentile } = method;
    if (!(percentile > 50 && percentile <= 100)) {
      throw invalid(`percentile ${percentile} is not in (50, 100]`);
    }
  }
  return method;
}

/** As `parseCalibrationMethod` reads it, with its figure. */
export function describeMethod(method: CalibrationMethod): string {
  switch (method.kind) {
    case "moving-average":
      return `${method.kind}:${method.momentum ?? defaultMomentum}`;
    case "percentile":
      return `${method.kind}:${method.percentile ?? defaultPercentile}`;
    default:
      return method.kind;
  }
}

export const defaultMomentum = 0.9;
export const defaultPercentile = 99.99;

function invalid(text: string): UserError {
  return new UserError("invalid-method", text, {
    hint: "Choose among min-max, moving-average:0.9, percentile:99.99, mse and entropy.",
  });
}
