import type { LayerRules } from "../layer-rules.ts";
import { windowOptions, windowProblems } from "../window.ts";

/** A pooling layer. Neither tfjs nor TensorFlow Lite counts padding cells in an average. */
export function pooling(kind: "average-pool-2d" | "max-pool-2d"): LayerRules {
  return {
    problems: windowProblems,
    convert(call, b, [input]) {
      const { poolSize } = call.config as { readonly poolSize: readonly [number, number] };
      const [filterHeight, filterWidth] = poolSize;
      const options = {
        ...windowOptions(call),
        filterHeight,
        filterWidth,
        activation: "none",
      } as const;
      return b.op(kind, [input], options, call.name);
    },
  };
}
