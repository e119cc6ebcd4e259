import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { BuildOptions } from "./architecture.ts";
import { imageSize, layerMaker } from "./layer-maker.ts";

/**
 * A small convolutional network in plain data: what a search varies.
 *
 * A first convolution, then one more for each further width, each after a max-pool of 2 × 2; batch normalization and relu
 * everywhere; one dense layer with softmax.
 */
export interface ConvNetwork {
  /** Filters of each convolution; their number is that of the blocks. */
  readonly widths: readonly number[];
  /** Of the first convolution: 3 × 3 or 5 × 5. The others have 3 × 3. */
  readonly firstKernel: 3 | 5;
  /** Of the first convolution: 2 halves the image at once, which saves most of the memory. */
  readonly firstStride: 1 | 2;
  /** Those after the first: `separable` is depthwise 3 × 3, then 1 × 1. */
  readonly convolution: "plain" | "separable";
  /** `mean`: over all pixels of a filter. `flatten`: one more pool, then all that is left. */
  readonly head: "mean" | "flatten";
}

/** Needs a selected backend. */
export function convNetwork(network: ConvNetwork, options: BuildOptions): LayersModel {
  const { widths, firstKernel, firstStride, convolution, head } = network;
  const make = layerMaker("conv_network", options);
  const block = (x: SymbolicTensor, filters: number, isFirst: boolean) => {
    if (isFirst) {
      const first = { filters, kernelSize: firstKernel, strides: firstStride, useBias: false };
      return make.normalizedRelu(make.convolution(x, first));
    }
    const pooled = make.maxPool(x);
    if (convolution === "plain") {
      return make.normalizedRelu(
        make.convolution(pooled, { filters, kernelSize: 3, useBias: false }),
      );
    }
    const depthwise = make.normalizedRelu(make.depthwise(pooled));
    return make.normalizedRelu(
      make.convolution(depthwise, { filters, kernelSize: 1, useBias: false }),
    );
  };
  const features = widths.reduce((x, filters, i) => block(x, filters, i === 0), make.input);
  return make.classifier(
    head === "mean" ? make.averagePool(features, imageSize(features)) : make.maxPool(features),
  );
}
