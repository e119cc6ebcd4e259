import { type LayerRules, reasons } from "../layer-rules.ts";

/** Over the last axis. */
export const softmax: LayerRules = {
  problems(call) {
    const { axis } = call.config as { readonly axis: number | readonly number[] };
    const rank = call.inputs[0].shape.length;
    const axes = [axis].flat().map((each) => (each < 0 ? each + rank : each));
    return reasons([
      axes.length !== 1 || axes[0] !== rank - 1,
      // tfjs, unlike Keras, takes axis 1 where none is given
      `axis is ${String(axis)}; only the last axis, ${rank - 1}, is supported`,
    ]);
  },
  convert: (call, b, [input]) => b.op("softmax", [input], { beta: 1 }, call.name),
};
