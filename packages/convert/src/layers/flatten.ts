import { type LayerRules, reasons } from "../layer-rules.ts";
import { reshapeTo } from "./reshape.ts";

/** [1, …] → [1, elements] */
export const flatten: LayerRules = {
  problems(call) {
    const { dataFormat } = call.config as { readonly dataFormat?: string };
    const rank = call.inputs[0].shape.length;
    return reasons([
      dataFormat === "channelsFirst" && rank > 2,
      "dataFormat is channelsFirst; only channelsLast is supported",
    ]);
  },
  convert: reshapeTo,
};
