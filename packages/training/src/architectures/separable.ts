import type { Architecture } from "./architecture.ts";
import { imageSize, layerMaker } from "./layer-maker.ts";

/** Depthwise-separable convolutions between pools: far fewer multiplications than plain ones of the same width. */
export const separable: Architecture = {
  description:
    "conv 8 → pool → separable 16 → pool → separable 32 → mean → dense, batch normalization",
  figures: {
    inputShape: [28, 28, 1],
    classes: 10,
    parameters: 1_602,
    multiplyAccumulates: 128_112,
    operators: `conv-2d ${"max-pool-2d depthwise-conv-2d conv-2d ".repeat(2)}average-pool-2d reshape fully-connected softmax`,
    constants: 1_338,
  },
  build(options) {
    const make = layerMaker("separable", options);
    const pointwise = { kernelSize: 1, useBias: false };
    let x = make.convolution(make.input, { filters: 8, kernelSize: 3, useBias: false });
    x = make.normalizedRelu(x);
    for (const filters of [16, 32]) {
      x = make.normalizedRelu(make.depthwise(make.maxPool(x)));
      x = make.normalizedRelu(make.convolution(x, { filters, ...pointwise }));
    }
    return make.classifier(make.averagePool(x, imageSize(x)));
  },
};
