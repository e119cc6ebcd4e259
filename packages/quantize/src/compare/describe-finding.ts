import type { ElementType } from "@smidgen/graph";
import type { Finding, Remedy } from "./remedies.ts";
import type { ValueProfile } from "./value-profile.ts";

interface Facts extends Omit<Finding, "message"> {
  readonly profile: ValueProfile | undefined;
  readonly type: ElementType;
}

/** A finding with its sentence. */
export function describeFinding({ profile, type, ...finding }: Facts): Finding {
  const { tensor, role, costShare, remedy, expectedGainDb } = finding;
  const share = `${(100 * costShare).toFixed(costShare < 0.1 ? 1 : 0)} % of the error`;
  const gain = `about ${expectedGainDb.toFixed(1)} dB`;
  return {
    ...finding,
    message: `"${tensor}" (${role}, ${type}) makes ${share}: ${problem(role, profile, remedy)}. ${advice(remedy)}: ${gain}.`,
  };
}

function problem(role: Finding["role"], profile: ValueProfile | undefined, remedy: Remedy): string {
  if (role === "sums") return "rounding shifts the mean of its channels";
  if (profile === undefined) {
    return remedy.kind === "per-channel-weights" || remedy.kind === "equalise"
      ? "channels of different size share one scale"
      : "the steps of its weights are coarse";
  }
  const { channelSpread, outlierFactor } = profile;
  if (channelSpread >= 8) {
    return `its largest channel is ${rounded(channelSpread)} times the median one, and they share one scale`;
  }
  if (outlierFactor >= 3) {
    return `its largest value is ${rounded(outlierFactor)} times what 99 % of the others stay below`;
  }
  return "its steps are coarse for what follows";
}

function advice(remedy: Remedy): string {
  switch (remedy.kind) {
    case "narrow-range":
      return `End its range at ${100 * remedy.share} % of what was seen`;
    case "per-channel-weights":
      return `Give each output channel a scale (${remedy.layers}: per-channel)`;
    case "operator-scheme":
      return `Compute ${remedy.operators.map((name) => `"${name}"`).join(", ")} in ${remedy.scheme}`;
    case "equalise":
      return `Equalise channels across layers (by ${remedy.balance})`;
    case "round-adaptively":
      return "Round its weights adaptively";
    case "correct-bias":
      return "Correct the bias";
    default:
      remedy satisfies never;
      return "";
  }
}

function rounded(factor: number): string {
  return factor >= 10 ? factor.toFixed(0) : factor.toFixed(1);
}
