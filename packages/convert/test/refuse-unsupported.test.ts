import { tensor } from "@tensorflow/tfjs-core";
import { input, layers, model, type SymbolicTensor, sequential } from "@tensorflow/tfjs-layers";
import { expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { convertLayersModel } from "@smidgen/convert";
import { useCpuBackend } from "./cpu-backend.ts";

await useCpuBackend();

const image = { inputShape: [8, 8, 3] };

test("all layers that have no counterpart are reported at once, each with its reason", () => {
  const x = input({ shape: [8, 8, 3], name: "image" });
  const chain = [
    layers.conv2d({ name: "soft", filters: 3, kernelSize: 3, activation: "softplus" }),
    layers.conv2dTranspose({ name: "up", filters: 3, kernelSize: 3, activation: "mish" }),
    layers.reLU({ name: "clipped", maxValue: 1 }),
    layers.thresholdedReLU({ name: "threshold" }),
    layers.softmax({ name: "softmax" }),
    layers.batchNormalization({ name: "rows", axis: 1 }),
    layers.zeroPadding2d({ name: "pad", dataFormat: "channelsFirst" }),
    layers.depthwiseConv2d({ name: "dilated", kernelSize: 2, dilationRate: 2 }),
    layers.maxPooling2d({ name: "first", dataFormat: "channelsFirst" }),
  ];
  let y: SymbolicTensor = x;
  for (const layer of chain) y = layer.apply(y) as SymbolicTensor;
  let error: unknown;
  try {
    convertLayersModel(model({ inputs: x, outputs: y }));
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    code: "unsupported-layer",
    hint: expect.stringContaining("Conv2D"),
  });
  expect((error as Error).message).toMatchInlineSnapshot(`
    "layers cannot be converted:
    - "soft" (Conv2D): activation softplus is not one of linear, elu, logSoftmax, relu, relu6, sigmoid, swish, softmax, tanh
    - "up" (Conv2DTranspose): activation mish is not one of linear, elu, logSoftmax, relu, relu6, sigmoid, swish, softmax, tanh
    - "clipped" (ReLU): maxValue is 1; only 6 is supported
    - "threshold" (ThresholdedReLU): has no counterpart
    - "softmax" (Softmax): axis is 1; only the last axis, 3, is supported
    - "rows" (BatchNormalization): axis is 1; only the last axis, 3, is supported
    - "pad" (ZeroPadding2D): dataFormat is channelsFirst; only channelsLast is supported
    - "dilated" (DepthwiseConv2D): dilationRate is [2, 2], which TensorFlow.js ignores in this layer
    - "first" (MaxPooling2D): dataFormat is channelsFirst; only channelsLast is supported"
  `);
});

test.each<[what: string, build: () => Parameters<typeof sequential>[0], reason: RegExp]>([
  [
    "dilation with strides",
    () => ({
      layers: [
        layers.conv2d({
          ...image,
          filters: 1,
          kernelSize: 2,
          strides: [1, 2],
          dilationRate: [2, 1],
        }),
      ],
    }),
    /dilationRate \[2, 1\] with strides \[1, 2\]/,
  ],
  [
    "an input of unknown size",
    () => ({
      layers: [
        layers.conv2d({ inputShape: [null, null, 3], filters: 1, kernelSize: 2, name: "c" }),
      ],
    }),
    /"c_input" \(InputLayer\): shape \[\?, \?, 3\] is not fully known/,
  ],
  [
    "an integer input",
    () => ({
      layers: [layers.inputLayer({ inputShape: [4], dtype: "int32", name: "i" }), layers.reLU()],
    }),
    /"i" \(InputLayer\): holds int32/,
  ],
  [
    "a layer made for sequences",
    () => ({
      layers: [
        layers.gru({ inputShape: [4, 2], units: 3, name: "memory", recurrentInitializer: "ones" }),
      ],
    }),
    /"memory" \(GRU\): has no counterpart/,
  ],
  [
    "an LSTM with other activations",
    () => ({
      layers: [
        layers.lstm({
          inputShape: [4, 2],
          units: 3,
          activation: "relu",
          recurrentInitializer: "ones",
        }),
      ],
    }),
    /activation is relu; only tanh is supported\n.*recurrentActivation is hardSigmoid/,
  ],
])("%s is refused", (_, build, reason) => {
  const network = sequential(build());
  expect(() => convertLayersModel(network)).toThrow(reason);
});

test("inputs of different rank cannot be merged", () => {
  const a = input({ shape: [4, 3] });
  const b = input({ shape: [3] });
  const sum = layers.add({ name: "sum" }).apply([a, b]) as SymbolicTensor;
  expect(() => convertLayersModel(model({ inputs: [a, b], outputs: sum }))).toThrow(
    /"sum" \(Add\): its inputs have different ranks: \[1, 4, 3\], \[1, 3\]/,
  );
});

test("weights that are not finite are reported with their layer, once for each", () => {
  const shared = layers.dense({ units: 3, inputShape: [3], name: "shared" });
  const a = input({ shape: [3] });
  const b = input({ shape: [3] });
  const y = layers.add().apply([shared.apply(a), shared.apply(b)] as SymbolicTensor[]);
  shared.setWeights([
    tensor([1, 2, Number.NaN, 4, Infinity, 6, 7, 8, 9], [3, 3]),
    tensor([0, 0, 0]),
  ]);
  expect(() => convertLayersModel(model({ inputs: [a, b], outputs: y as SymbolicTensor }))).toThrow(
    /^a layer cannot be converted:\n- "shared" \(Dense\): 2 of its weights are not finite$/,
  );
});

test("a model without layers is refused", () => {
  expect(() => convertLayersModel(sequential({ name: "empty" }))).toThrow(
    expect.objectContaining({
      code: "model-not-built",
      message: expect.stringContaining('"empty"'),
    }),
  );
});
