import { type Padding, paddingBefore, windowOutput } from "@smidgen/graph";
import type { LayerRules } from "../layer-rules.ts";
import { channelsLastProblems } from "../channels-last.ts";
import type { LayerCall, Network } from "../network.ts";
import { dilationOptions, windowOptions } from "../window.ts";

interface ZeroPaddingConfig {
  /** Rows above and below, columns left and right. */
  readonly padding: readonly [
    readonly [top: number, bottom: number],
    readonly [left: number, right: number],
  ];
}

const convolutions = new Set(["Conv2D", "DepthwiseConv2D", "SeparableConv2D"]);

/** Disappears into convolutions that would pad just so with `same`; an operator of its own otherwise. */
export const zeroPadding2d: LayerRules = {
  problems: channelsLastProblems,
  convert(call, b, [input], network) {
    if (disappears(call, network)) return input;
    const [rows, columns] = (call.config as ZeroPaddingConfig).padding;
    const paddings = b.intTable(`${call.weightsName}/paddings`, [[0, 0], rows, columns, [0, 0]]);
    return b.op("pad", [input, paddings], {}, call.name);
  },
};

function disappears(call: LayerCall, network: Network): boolean {
  const [output] = call.outputs;
  return (
    !network.outputs.includes(output) &&
    output.consumers.every((consumer) => isSamePadding(call, consumer))
  );
}

/** `same` for a convolution whose input was padded by a layer of its own; nothing for others. */
export function inputPadding(call: LayerCall, network: Network): { readonly padding?: Padding } {
  const { producer } = call.inputs[0];
  return producer?.className === "ZeroPadding2D" && disappears(producer, network)
    ? { padding: "same" }
    : {};
}

function isSamePadding(zeroPadding: LayerCall, convolution: LayerCall): boolean {
  if (!convolutions.has(convolution.className)) return false;
  const [, height, width] = zeroPadding.inputs[0]?.shape ?? [];
  const [filterHeight, filterWidth] = convolution.weights[0]?.shape ?? [];
  const { padding, strideHeight, strideWidth } = windowOptions(convolution);
  const { dilationHeight, dilationWidth } = dilationOptions(convolution);
  const added = (zeroPadding.config as ZeroPaddingConfig).padding;
  const axes = [
    [height, filterHeight, strideHeight, dilationHeight, added[0]],
    [width, filterWidth, strideWidth, dilationWidth, added[1]],
  ] as const;
  return (
    padding === "valid" &&
    axes.every(([input, filter, stride, dilation, [before, after]]) => {
      if (typeof input !== "number" || filter === undefined) return false;
      const axis = { filter, stride, dilation };
      const same = { ...axis, input, padding: "same" } as const;
      const valid = { ...axis, input: input + before + after, padding: "valid" } as const;
      return windowOutput(same) === windowOutput(valid) && paddingBefore(same) === before;
    })
  );
}
