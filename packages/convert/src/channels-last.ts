import { reasons } from "./layer-rules.ts";
import type { LayerCall } from "./network.ts";

export function channelsLastProblems(call: LayerCall): readonly string[] {
  return reasons([
    (call.config as { readonly dataFormat: string }).dataFormat === "channelsFirst",
    "dataFormat is channelsFirst; only channelsLast is supported",
  ]);
}
