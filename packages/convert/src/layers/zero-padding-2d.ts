import { type Padding, paddingBefore, windowOutput } from "@smidgen/graph";
import type { LayerRules } from "../layer-rules.ts";
import type { LayerCall } from "../network.ts";
import { dilationOptions, windowOptions } from "../window.ts";

interface ZeroPaddingConfig {
  /** Rows above and below, columns left and right. */
  readonly padding: readonly [
    readonly [top: number, bottom: number],
    readonly [left: number, right: number],
  ];
  readonly dataFormat: string;
}

const convolutions = new Set(["Conv2D", "DepthwiseConv2D", "SeparableConv2D"]);

/** Disappears into convolutions that would pad just so with `same`; there is no operator for it. */
export const zeroPadding2d: LayerRules = {
  problems(call, network) {
    const [output] = call.outputs;
    if ((call.config as ZeroPaddingConfig).dataFormat === "channelsFirst") {
      return ["dataFormat is channelsFirst; only channelsLast is supported"];
    }
    if (network.outputs.some((value) => value === output))
      return ["is an output of the model; there is no operator for it"];
    const wrong = output?.consumers.find((consumer) => !isSamePadding(call, consumer));
    if (wrong === undefined) return [];
    return [
      `cannot be part of "${wrong.layerName}" (${wrong.className}): only padding that padding: "same" ` +
        'would add to a convolution with padding: "valid" is supported',
    ];
  },
  convert: (_, __, [input]) => input,
};

/** `same` for a convolution whose input was padded by a layer of its own; nothing for others. */
export function inputPadding(call: LayerCall): { readonly padding?: Padding } {
  return call.inputs[0].producer?.className === "ZeroPadding2D" ? { padding: "same" } : {};
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
