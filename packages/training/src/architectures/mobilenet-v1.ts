import type { Architecture } from "./architecture.ts";
import { imageSize, layerMaker } from "./layer-maker.ts";

/**
 * MobileNetV1 of a quarter of the width, for 96 × 96 pixels in colour: as in the benchmark MLPerf Tiny, which tells with it
 * whether there is a person in an image.
 *
 * Sources: "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications" (Howard et al. 2017), table 1;
 * benchmark/training/visual_wake_words/vww_model.py, mlcommons/tiny.
 */
export const mobilenetV1: Architecture = {
  description: "conv 8, stride 2 → 13 × separable, 16 to 256 → mean → dense, batch normalization",
  figures: {
    inputShape: [96, 96, 3],
    classes: 2,
    parameters: 221_794,
    multiplyAccumulates: 7_489_664,
    operators: `conv-2d ${"depthwise-conv-2d conv-2d ".repeat(13)}average-pool-2d reshape fully-connected softmax`,
    constants: 210_850,
  },
  build(options) {
    const make = layerMaker("mobilenet_v1", options);
    let x = make.convolution(make.input, { filters: 8, kernelSize: 3, strides: 2 });
    x = make.normalizedRelu(x);
    for (const [filters, strides] of blocks) {
      x = make.normalizedRelu(make.depthwise(x, strides));
      x = make.normalizedRelu(make.convolution(x, { filters, kernelSize: 1 }));
    }
    return make.classifier(make.averagePool(x, imageSize(x)));
  },
};

const blocks: readonly (readonly [filters: number, strides: number])[] = [
  [16, 1],
  [32, 2],
  [32, 1],
  [64, 2],
  [64, 1],
  [128, 2],
  [128, 1],
  [128, 1],
  [128, 1],
  [128, 1],
  [128, 1],
  [256, 2],
  [256, 1],
];
