import type { TensorId } from "@smidgen/graph";
import type { LayerBuilder } from "./layer-builder.ts";
import type { LayerCall, Network } from "./network.ts";

/** What every file in `layers/` says about its Keras layer. */
export interface LayerRules {
  /** Why this use of the layer has no counterpart; nothing if it has one. */
  readonly problems: (call: LayerCall, network: Network) => readonly string[];
  /** Adds the operators and returns the output. Asked only where there are no problems. */
  readonly convert: (
    call: LayerCall,
    builder: LayerBuilder,
    inputs: readonly [TensorId, ...TensorId[]],
    network: Network,
  ) => TensorId;
}

export const noProblems = (): readonly string[] => [];

/** Reasons whose condition holds. */
export function reasons(...list: readonly (readonly [holds: boolean, reason: string])[]): string[] {
  return list.filter(([holds]) => holds).map(([, reason]) => reason);
}
