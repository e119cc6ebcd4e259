import type { LayerRules } from "../layer-rules.ts";
import { asImage, window1dOptions, window1dProblems } from "../one-dimensional.ts";

export function pooling1d(kind: "average-pool-2d" | "max-pool-2d"): LayerRules {
  return {
    problems: window1dProblems,
    convert(call, b, [input]) {
      const { poolSize } = call.config as { readonly poolSize: readonly [number] };
      const options = {
        ...window1dOptions(call),
        filterHeight: 1,
        filterWidth: poolSize[0],
        activation: "none",
      } as const;
      return asImage(call, b, input, (image, name) => b.op(kind, [image], options, name));
    },
  };
}
