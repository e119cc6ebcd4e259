import type { Shape } from "@smidgen/graph";
import { channelsLastProblems } from "../channels-last.ts";
import type { LayerRules } from "../layer-rules.ts";

/** As tfjs: the places of cells are those of their corners, in bilinear interpolation too. */
export const upSampling2d: LayerRules = {
  problems: channelsLastProblems,
  convert(call, b, [input]) {
    const { interpolation } = call.config as { readonly interpolation: string };
    const [, height, width] = call.outputs[0].shape as Shape;
    const size = b.ints(`${call.weightsName}/size`, [height ?? 0, width ?? 0]);
    const kind = interpolation === "bilinear" ? "resize-bilinear" : "resize-nearest-neighbor";
    const options = { alignCorners: false, halfPixelCenters: false };
    return b.op(kind, [input, size], options, call.name);
  },
};
