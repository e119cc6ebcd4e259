import type { Architecture } from "./architecture.ts";
import { layerMaker } from "./layer-maker.ts";

/**
 * DS-CNN, for keywords in a spectrogram of 49 × 10: as in the benchmark MLPerf Tiny. Its L2 penalties are `weightDecay` here.
 *
 * Sources: "Hello Edge: Keyword Spotting on Microcontrollers" (Zhang et al. 2017); `ds_cnn` in
 * benchmark/training/keyword_spotting/keras_model.py, mlcommons/tiny.
 */
export const dsCnn: Architecture = {
  description: "conv 64 of 10×4 → 4 × separable 64 → mean → dense, batch normalization and dropout",
  figures: {
    inputShape: [49, 10, 1],
    classes: 12,
    parameters: 24_908,
    multiplyAccumulates: 2_656_768,
    operators: `conv-2d ${"depthwise-conv-2d conv-2d ".repeat(4)}average-pool-2d reshape fully-connected softmax`,
    constants: 22_604,
  },
  build(options) {
    const make = layerMaker("ds_cnn", options);
    const filters = 64;
    let x = make.convolution(make.input, { filters, kernelSize: [10, 4], strides: 2 });
    x = make.dropout(make.normalizedRelu(x), 0.2);
    for (let block = 0; block < 4; block++) {
      x = make.normalizedRelu(make.depthwise(x));
      x = make.normalizedRelu(make.convolution(x, { filters, kernelSize: 1 }));
    }
    const [height, width] = options.inputShape;
    // half the input, rounded down: of 25 rows 24 count
    const half = [Math.floor(height! / 2), Math.floor(width! / 2)] as const;
    return make.classifier(make.averagePool(make.dropout(x, 0.4), half));
  },
};
