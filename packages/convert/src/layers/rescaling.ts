import { type LayerRules, noProblems } from "../layer-rules.ts";

/** x · scale + offset */
export const rescaling: LayerRules = {
  problems: noProblems,
  convert(call, b, [input]) {
    const { scale, offset } = call.config as { readonly scale: number; readonly offset: number };
    const options = { activation: "none" } as const;
    const scaleId = b.floats(`${call.weightsName}/scale`, [1], Float32Array.of(scale));
    const offsetId = b.floats(`${call.weightsName}/offset`, [1], Float32Array.of(offset));
    const scaled = b.op("mul", [input, scaleId], options, `${call.name}/scaled`);
    return b.op("add", [scaled, offsetId], options, call.name);
  },
};
