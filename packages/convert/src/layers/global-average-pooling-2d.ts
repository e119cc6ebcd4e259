import { type LayerRules, reasons } from "../layer-rules.ts";

/** [1, height, width, channels] → mean over axes 1 and 2 → [1, channels] */
export const globalAveragePooling2d: LayerRules = {
  problems: (call) =>
    reasons([
      (call.config as { readonly dataFormat: string }).dataFormat === "channelsFirst",
      "dataFormat is channelsFirst; only channelsLast is supported",
    ]),
  convert: (call, b, [input]) =>
    b.op(
      "mean",
      [input, b.ints(`${call.weightsName}/axes`, [1, 2])],
      { keepDims: false },
      call.name,
    ),
};
