import type { LayerRules } from "../layer-rules.ts";
import { globalAveragePooling2d } from "./global-average-pooling-2d.ts";

/** [1, height, width, channels] → max-pool over the whole image → [1, channels] */
export const globalMaxPooling2d: LayerRules = {
  problems: globalAveragePooling2d.problems,
  convert(call, b, [input]) {
    const [, height, width, channels] = call.inputs[0].shape as [number, number, number, number];
    const options = {
      padding: "valid",
      strideHeight: 1,
      strideWidth: 1,
      filterHeight: height,
      filterWidth: width,
      activation: "none",
    } as const;
    const pooled = b.op("max-pool-2d", [input], options, `${call.name}/pooled`);
    return b.op("reshape", [pooled, undefined], { newShape: [1, channels] }, call.name);
  },
};
