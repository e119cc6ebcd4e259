import type { Shape } from "@smidgen/graph";
import { channelsLastProblems } from "../channels-last.ts";
import type { LayerRules } from "../layer-rules.ts";

interface CroppingConfig {
  /** Rows above and below, columns left and right. */
  readonly cropping: readonly [readonly [number, number], readonly [number, number]];
}

export const cropping2d: LayerRules = {
  problems: channelsLastProblems,
  convert(call, b, [input]) {
    const [[top], [left]] = (call.config as CroppingConfig).cropping;
    const begin = b.ints(`${call.weightsName}/begin`, [0, top, left, 0]);
    const size = b.ints(`${call.weightsName}/size`, call.outputs[0].shape as Shape);
    return b.op("slice", [input, begin, size], {}, call.name);
  },
};
