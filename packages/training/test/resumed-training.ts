import { createHash } from "node:crypto";
import type { LayersModel, TrainOptions } from "@smidgen/training";
import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { syntheticExamples } from "./synthetic-examples.ts";

/** A training with everything in it that has a state: statistics, moments, dropout, random numbers of each kind, a best epoch. */
export const data = {
  // the last batch of an epoch is smaller
  train: syntheticExamples(95),
  validation: syntheticExamples(30, { seed: 2 }),
};

export function options(backend: "smidgen-wasm" | "wasm" | "cpu"): TrainOptions {
  return {
    model: network(backend === "smidgen-wasm"),
    epochs: 4,
    batchSize: 10,
    learningRate: 0.02,
    schedule: { kind: "cosine", warmUpEpochs: 1 },
    augmentation: { shift: 1, rotate: 10, elastic: { pixels: 1 } },
    mixup: 0.3,
    labelSmoothing: 0.05,
    weightDecay: 0.01,
    classWeights: "balanced",
    earlyStopping: { monitor: "valAccuracy" },
    seed: 7,
  };
}

/** Dropout of TensorFlow.js draws as it likes. */
function network(withDropout: boolean): LayersModel {
  const glorot = (seed: number) => initializers.glorotUniform({ seed });
  return sequential({
    layers: [
      layers.conv2d({
        inputShape: [8, 8, 1],
        filters: 4,
        kernelSize: 3,
        kernelInitializer: glorot(1),
      }),
      layers.batchNormalization({ momentum: 0.8 }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      ...(withDropout ? [layers.dropout({ rate: 0.2 })] : []),
      layers.dense({ units: 10, activation: "softmax", kernelInitializer: glorot(2) }),
    ],
  });
}

/** Of the weights and of the optimizer's state. */
export async function digest(model: LayersModel): Promise<string> {
  const hash = createHash("sha256");
  const state = await model.optimizer.getWeights();
  for (const tensor of [...model.getWeights(), ...state.map((each) => each.tensor)]) {
    const values = tensor.dataSync();
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex");
}
