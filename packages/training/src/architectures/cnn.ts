import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { layerSeeds } from "../random.ts";
import type { Architecture } from "./architecture.ts";

/**
 * One small convolution, pooled, and two dense layers: 21,898 parameters for MNIST.
 *
 * Weights start as in Keras (Glorot uniform); tfjs alone would draw them from a normal distribution.
 */
export const cnn: Architecture = {
  description: "conv 8 of 3×3 → max-pool 2×2 → dense 16 → dense",
  figures: {
    inputShape: [28, 28, 1],
    classes: 10,
    parameters: 21_898,
    multiplyAccumulates: 70_464,
    operators: "conv-2d max-pool-2d reshape fully-connected fully-connected softmax",
    constants: 21_898,
  },
  build({ inputShape, classes, seed }) {
    const nextSeed = layerSeeds(seed);
    const glorot = () => initializers.glorotUniform({ seed: nextSeed() });
    return sequential({
      name: "cnn",
      layers: [
        layers.conv2d({
          name: "conv2d",
          inputShape: [...inputShape],
          filters: 8,
          kernelSize: 3,
          activation: "relu",
          kernelInitializer: glorot(),
        }),
        layers.maxPooling2d({ name: "max_pooling2d", poolSize: 2 }),
        layers.flatten({ name: "flatten" }),
        layers.dense({
          name: "dense",
          units: 16,
          activation: "relu",
          kernelInitializer: glorot(),
        }),
        layers.dense({
          name: "dense_1",
          units: classes,
          activation: "softmax",
          kernelInitializer: glorot(),
        }),
      ],
    });
  },
};
