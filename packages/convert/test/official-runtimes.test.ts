import { tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { expect, test } from "vitest";
import { convertLayersModel } from "@smidgen/convert";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { useCpuBackend } from "./cpu-backend.ts";
import { randomizeWeights } from "./same-prediction.ts";
import { seededFloats } from "./seeded-floats.ts";

await useCpuBackend();

/** One network with every supported layer, each in a form that is easy to lay out wrongly. */
function everyLayer(): LayersModel {
  const chain = (x: SymbolicTensor, ...all: layers.Layer[]) =>
    all.reduce((y, layer) => layer.apply(y) as SymbolicTensor, x);
  const image = input({ shape: [12, 9, 3] });
  const trunk = chain(
    image,
    layers.conv2d({
      filters: 6,
      kernelSize: [3, 2],
      strides: [2, 1],
      padding: "same",
      useBias: false,
    }),
    layers.batchNormalization(),
    layers.reLU({ maxValue: 6 }),
    layers.depthwiseConv2d({ kernelSize: [2, 3], depthMultiplier: 2, activation: "tanh" }),
    layers.batchNormalization(),
  );
  const left = chain(
    trunk,
    layers.separableConv2d({ filters: 5, kernelSize: 2, padding: "same", activation: "relu" }),
  );
  const right = chain(
    trunk,
    layers.zeroPadding2d({ padding: 1 }),
    layers.conv2d({ filters: 5, kernelSize: 3, activation: "sigmoid" }),
  );
  const merged = layers
    .add()
    .apply([left, layers.multiply().apply([left, right]) as SymbolicTensor]);
  const pooled = chain(
    merged as SymbolicTensor,
    layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
    layers.maxPooling2d({ poolSize: [1, 2], strides: 1 }),
  );
  const rows = chain(
    pooled,
    layers.reshape({ targetShape: [9, 5] }),
    layers.dense({ units: 4, useBias: false }),
  );
  const flat = chain(
    rows,
    layers.flatten(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 4 }),
  );
  const probabilities = chain(flat, layers.activation({ activation: "softmax" }));
  const averages = chain(pooled, layers.globalAveragePooling2d({}));
  const largest = chain(pooled, layers.globalMaxPooling2d({}));
  return model({ inputs: image, outputs: [probabilities, averages, largest] });
}

test.each([
  ["TensorFlow Lite", loadTfliteRuntime],
  ["LiteRT", loadLiteRt],
] as const)("%s computes from the converted model what tfjs does", async (_, load) => {
  const network = randomizeWeights(everyLayer());
  const official = await load(writeTflite(convertLayersModel(network)));
  const random = seededFloats(9);
  for (let run = 0; run < 3; run++) {
    const example = random(12 * 9 * 3, 2);
    const outputs = official.run([example]);
    const expected = tidy(() =>
      (network.predict(tensor(example, [1, 12, 9, 3])) as Tensor[]).map((y) => y.dataSync()),
    );
    expect(outputs).toHaveLength(expected.length);
    for (const [i, output] of outputs.entries()) {
      const values = new Float32Array(output.buffer);
      expect(values).toHaveLength(expected[i]?.length ?? 0);
      for (const [j, value] of values.entries())
        expect(value).toBeCloseTo(expected[i]?.[j] ?? NaN, 5);
    }
  }
});
