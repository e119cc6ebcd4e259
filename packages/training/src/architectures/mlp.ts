import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { layerSeeds } from "../random.ts";
import type { Architecture } from "./architecture.ts";

/** Two dense layers and nothing else: 22,270 parameters for MNIST, Glorot uniform as in Keras. */
export const mlp: Architecture = {
  description: "dense 28 → dense",
  figures: {
    inputShape: [28, 28, 1],
    classes: 10,
    parameters: 22_270,
    multiplyAccumulates: 22_232,
    operators: "reshape fully-connected fully-connected softmax",
    constants: 22_270,
  },
  build({ inputShape, classes, seed }) {
    const nextSeed = layerSeeds(seed);
    const glorot = () => initializers.glorotUniform({ seed: nextSeed() });
    return sequential({
      name: "mlp",
      layers: [
        layers.flatten({ name: "flatten", inputShape: [...inputShape] }),
        layers.dense({
          name: "dense",
          units: 28,
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
