import { layers, type Sequential, sequential } from "@tensorflow/tfjs-layers";

/** The network of the MNIST study, without names: tfjs numbers its layers. */
export function studyNetwork(): Sequential {
  return sequential({
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 3, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 16, activation: "relu" }),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
}
