import type { Architecture } from "./architecture.ts";
import { imageSize, layerMaker } from "./layer-maker.ts";

/**
 * ResNet of eight layers with weights on its way, for 32 × 32 pixels in colour (CIFAR-10): as in the benchmark MLPerf Tiny.
 *
 * Sources: "Deep Residual Learning for Image Recognition" (He et al. 2015); benchmark/training/image_classification/keras_model.py,
 * mlcommons/tiny.
 */
export const resnet8: Architecture = {
  description: "conv 16 → residual blocks 16, 32, 64 → mean → dense, batch normalization",
  figures: {
    inputShape: [32, 32, 3],
    classes: 10,
    parameters: 78_666,
    multiplyAccumulates: 12_501_632,
    operators: `${"conv-2d conv-2d conv-2d add ".repeat(3)}average-pool-2d reshape fully-connected softmax`,
    constants: 77_706,
  },
  build(options) {
    const make = layerMaker("resnet_8", options);
    let x = make.convolution(make.input, { filters: 16, kernelSize: 3 });
    x = make.normalizedRelu(x);
    for (const filters of [16, 32, 64]) {
      // the first block keeps its shape, the others halve the image, also on the way past
      const strides = filters === 16 ? 1 : 2;
      let y = make.convolution(x, { filters, kernelSize: 3, strides });
      y = make.convolution(make.normalizedRelu(y), { filters, kernelSize: 3 });
      y = make.normalized(y);
      if (strides > 1) x = make.convolution(x, { filters, kernelSize: 1, strides });
      x = make.relu(make.sum(x, y));
    }
    return make.classifier(make.averagePool(x, imageSize(x)));
  },
};
