import { type LayerRules, reasons } from "../layer-rules.ts";

interface ReluConfig {
  readonly maxValue?: number | null;
}

/** Without a maximum, or with 6. */
export const relu: LayerRules = {
  problems(call) {
    const { maxValue } = call.config as ReluConfig;
    return reasons([
      typeof maxValue === "number" && maxValue !== 6,
      `maxValue is ${maxValue}; only 6 is supported`,
    ]);
  },
  convert(call, b, [input]) {
    const kind = (call.config as ReluConfig).maxValue === 6 ? "relu6" : "relu";
    return b.op(kind, [input], {}, call.name);
  },
};
