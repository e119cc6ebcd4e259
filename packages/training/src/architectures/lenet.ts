import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { layerSeeds } from "../random.ts";
import type { Architecture } from "./architecture.ts";

/**
 * LeNet-5 as it is built today: relu instead of tanh, max-pools instead of trained ones, every filter seeing
 * every channel.
 *
 * Source: "Gradient-Based Learning Applied to Document Recognition" (LeCun et al. 1998), fig. 2.
 */
export const lenet: Architecture = {
  description: "conv 6 of 5×5 → pool → conv 16 of 5×5 → pool → dense 120 → dense 84 → dense",
  figures: {
    inputShape: [28, 28, 1],
    classes: 10,
    parameters: 61_706,
    multiplyAccumulates: 416_520,
    operators:
      "conv-2d max-pool-2d conv-2d max-pool-2d reshape fully-connected fully-connected fully-connected softmax",
    constants: 61_706,
  },
  build({ inputShape, classes, seed }) {
    const nextSeed = layerSeeds(seed);
    const glorot = () => initializers.glorotUniform({ seed: nextSeed() });
    const dense = (name: string, units: number, activation: "relu" | "softmax") =>
      layers.dense({ name, units, activation, kernelInitializer: glorot() });
    return sequential({
      name: "lenet",
      layers: [
        layers.conv2d({
          name: "conv2d",
          inputShape: [...inputShape],
          filters: 6,
          kernelSize: 5,
          padding: "same",
          activation: "relu",
          kernelInitializer: glorot(),
        }),
        layers.maxPooling2d({ name: "max_pooling2d", poolSize: 2 }),
        layers.conv2d({
          name: "conv2d_1",
          filters: 16,
          kernelSize: 5,
          activation: "relu",
          kernelInitializer: glorot(),
        }),
        layers.maxPooling2d({ name: "max_pooling2d_1", poolSize: 2 }),
        layers.flatten({ name: "flatten" }),
        dense("dense", 120, "relu"),
        dense("dense_1", 84, "relu"),
        dense("dense_2", classes, "softmax"),
      ],
    });
  },
};
