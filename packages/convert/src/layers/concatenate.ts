import { type LayerRules, noProblems } from "../layer-rules.ts";

export const concatenate: LayerRules = {
  problems: noProblems,
  convert(call, b, inputs) {
    const { axis } = call.config as { readonly axis: number };
    const rank = call.outputs[0].shape.length;
    const options = { axis: axis < 0 ? axis + rank : axis, activation: "none" } as const;
    return b.op("concatenation", inputs, options, call.name);
  },
};
