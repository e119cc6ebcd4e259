import {
  input,
  type layers as layerTypes,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from "@tensorflow/tfjs-layers";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { convertLayersModel } from "@smidgen/convert";
import type { Graph } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { useCpuBackend } from "./cpu-backend.ts";
import { expectSamePrediction, randomizeWeights } from "./same-prediction.ts";
import { studyNetwork } from "./study-network.ts";

await useCpuBackend();

type Layer = layerTypes.Layer;

const image = { inputShape: [7, 9, 3] };
const vector = { inputShape: [6] };
const kindsOf = (graph: Graph) => graph.ops.map(({ kind }) => kind).join(" ");
const after = (layer: Layer, x: SymbolicTensor | SymbolicTensor[]) =>
  layer.apply(x) as SymbolicTensor;

test("the study's network", () => {
  expect(kindsOf(expectSamePrediction(randomizeWeights(studyNetwork())))).toBe(
    "conv-2d max-pool-2d reshape fully-connected fully-connected softmax",
  );
});

test.each<[what: string, build: () => Layer[], kinds: string]>([
  // dense
  ["dense", () => [layers.dense({ ...vector, units: 4 })], "fully-connected"],
  [
    "dense without bias",
    () => [layers.dense({ ...vector, units: 4, useBias: false })],
    "fully-connected",
  ],
  [
    "dense over the last of three dimensions",
    () => [layers.dense({ inputShape: [5, 6], units: 4, activation: "relu" })],
    "fully-connected",
  ],
  [
    "dense over the last of four dimensions",
    () => [layers.dense({ ...image, units: 4, useBias: false })],
    "fully-connected",
  ],
  // activations inside a layer
  ...(
    [
      ["linear", "fully-connected"],
      ["relu", "fully-connected"],
      ["relu6", "fully-connected"],
      ["sigmoid", "fully-connected logistic"],
      ["tanh", "fully-connected tanh"],
      ["elu", "fully-connected elu"],
      ["swish", "fully-connected logistic mul"],
      ["softmax", "fully-connected softmax"],
    ] as const
  ).map(([activation, kinds]): [string, () => Layer[], string] => [
    `dense with ${activation}`,
    () => [layers.dense({ ...vector, units: 5, activation })],
    kinds,
  ]),
  // convolutions
  ["convolution", () => [layers.conv2d({ ...image, filters: 5, kernelSize: 3 })], "conv-2d"],
  [
    "convolution, same padding, uneven filter and strides, no bias",
    () => [
      layers.conv2d({
        ...image,
        filters: 5,
        kernelSize: [2, 3],
        strides: [2, 3],
        padding: "same",
        useBias: false,
        activation: "tanh",
      }),
    ],
    "conv-2d tanh",
  ],
  [
    "dilated convolution",
    () => [
      layers.conv2d({ ...image, filters: 2, kernelSize: 3, dilationRate: [2, 3], padding: "same" }),
    ],
    "conv-2d",
  ],
  [
    "depthwise convolution",
    () => [layers.depthwiseConv2d({ ...image, kernelSize: [2, 3], activation: "relu6" })],
    "depthwise-conv-2d",
  ],
  [
    "depthwise convolution with a multiplier",
    () => [
      layers.depthwiseConv2d({
        ...image,
        kernelSize: 3,
        depthMultiplier: 2,
        strides: [2, 2],
        padding: "same",
        useBias: false,
      }),
    ],
    "depthwise-conv-2d",
  ],
  [
    "separable convolution",
    () => [
      layers.separableConv2d({
        ...image,
        filters: 4,
        kernelSize: [3, 2],
        depthMultiplier: 2,
        activation: "relu",
        padding: "same",
      }),
    ],
    "depthwise-conv-2d conv-2d",
  ],
  // pooling
  ["max pooling", () => [layers.maxPooling2d({ ...image, poolSize: [2, 3] })], "max-pool-2d"],
  [
    "average pooling over the edge",
    () => [layers.averagePooling2d({ ...image, poolSize: 3, strides: 2, padding: "same" })],
    "average-pool-2d",
  ],
  [
    "max pooling over the edge",
    () => [layers.maxPooling2d({ ...image, poolSize: 3, strides: 2, padding: "same" })],
    "max-pool-2d",
  ],
  ["global average pooling", () => [layers.globalAveragePooling2d(image)], "mean"],
  ["global max pooling", () => [layers.globalMaxPooling2d(image)], "max-pool-2d reshape"],
  // shapes
  ["flatten", () => [layers.flatten(image)], "reshape"],
  [
    "reshape with an open dimension, then dense",
    () => [
      layers.reshape({ inputShape: [4, 6], targetShape: [-1, 3] }),
      layers.dense({ units: 2 }),
    ],
    "reshape fully-connected",
  ],
  // activations as layers
  ["ReLU", () => [layers.reLU(vector)], "relu"],
  ["ReLU up to 6", () => [layers.reLU({ ...vector, maxValue: 6 })], "relu6"],
  [
    "ReLU behind a convolution",
    () => [layers.conv2d({ ...image, filters: 2, kernelSize: 2 }), layers.reLU({ maxValue: 6 })],
    "conv-2d",
  ],
  ["softmax over the last axis", () => [layers.softmax({ ...vector, axis: -1 })], "softmax"],
  [
    "softmax over the last of several axes",
    () => [layers.softmax({ ...image, axis: 3 })],
    "softmax",
  ],
  ["activation", () => [layers.activation({ ...vector, activation: "sigmoid" })], "logistic"],
  [
    "a ReLU is fused once, the second stays",
    () => [layers.dense({ ...vector, units: 3, activation: "relu6" }), layers.reLU()],
    "fully-connected relu",
  ],
  // batch normalization
  ["batch normalization on its own", () => [layers.batchNormalization({ ...image })], "mul add"],
  [
    "batch normalization on its own, then ReLU",
    () => [layers.batchNormalization({ ...vector }), layers.reLU()],
    "mul add",
  ],
  [
    "batch normalization behind a convolution",
    () => [layers.conv2d({ ...image, filters: 4, kernelSize: 3 }), layers.batchNormalization()],
    "conv-2d",
  ],
  [
    "batch normalization without scale, behind a convolution without bias",
    () => [
      layers.conv2d({ ...image, filters: 4, kernelSize: 3, useBias: false }),
      layers.batchNormalization({ scale: false, epsilon: 0.1 }),
      layers.activation({ activation: "relu" }),
    ],
    "conv-2d",
  ],
  [
    "batch normalization without center, behind a depthwise convolution with a multiplier",
    () => [
      layers.depthwiseConv2d({ ...image, kernelSize: 3, depthMultiplier: 3 }),
      layers.batchNormalization({ center: false }),
    ],
    "depthwise-conv-2d",
  ],
  [
    "batch normalization behind a separable convolution",
    () => [
      layers.separableConv2d({ ...image, filters: 4, kernelSize: 3 }),
      layers.batchNormalization({ axis: 3 }),
    ],
    "depthwise-conv-2d conv-2d",
  ],
  [
    "batch normalization behind dense and dropout",
    () => [
      layers.dense({ ...vector, units: 4, useBias: false }),
      layers.dropout({ rate: 0.3 }),
      layers.batchNormalization(),
      layers.gaussianNoise({ stddev: 1 }),
      layers.reLU(),
    ],
    "fully-connected",
  ],
  [
    "batch normalization behind ReLU cannot be folded",
    () => [
      layers.conv2d({ ...image, filters: 4, kernelSize: 3, activation: "relu" }),
      layers.batchNormalization(),
    ],
    "conv-2d mul add",
  ],
  [
    "two batch normalizations in a row",
    () => [
      layers.dense({ ...vector, units: 4 }),
      layers.batchNormalization(),
      layers.batchNormalization(),
    ],
    "fully-connected",
  ],
  // zero padding
  [
    "zero padding as MobileNet has it",
    () => [
      layers.zeroPadding2d({
        inputShape: [8, 8, 2],
        padding: [
          [0, 1],
          [0, 1],
        ],
      }),
      layers.conv2d({ filters: 3, kernelSize: 3, strides: 2 }),
    ],
    "conv-2d",
  ],
  [
    "zero padding all around a depthwise convolution",
    () => [
      layers.zeroPadding2d({ ...image, padding: [1, 2] }),
      layers.depthwiseConv2d({ kernelSize: [3, 5] }),
    ],
    "depthwise-conv-2d",
  ],
  [
    "zero padding at the end",
    () => [
      layers.zeroPadding2d({
        ...image,
        padding: [
          [1, 2],
          [3, 0],
        ],
      }),
    ],
    "pad",
  ],
  [
    "zero padding before pooling",
    () => [layers.zeroPadding2d(image), layers.averagePooling2d({})],
    "pad average-pool-2d",
  ],
  [
    "zero padding on the other side",
    () => [
      layers.zeroPadding2d({
        inputShape: [8, 8, 2],
        padding: [
          [1, 0],
          [1, 0],
        ],
      }),
      layers.conv2d({ filters: 3, kernelSize: 3, strides: 2 }),
    ],
    "pad conv-2d",
  ],
  // activations that are layers
  ["leaky ReLU", () => [layers.leakyReLU({ ...image, alpha: 0.2 })], "leaky-relu"],
  ["ELU", () => [layers.elu(image)], "elu"],
  ["PReLU", () => [layers.prelu(image)], "prelu"],
  [
    "PReLU with a slope per channel",
    () => [layers.prelu({ ...image, sharedAxes: [1, 2] })],
    "prelu",
  ],
  // sizes and places
  ["permutation", () => [layers.permute({ ...image, dims: [3, 1, 2] })], "transpose"],
  [
    "cropping",
    () => [
      layers.cropping2D({
        ...image,
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
    ],
    "slice",
  ],
  [
    "up-sampling",
    () => [layers.upSampling2d({ ...image, size: [2, 3] })],
    "resize-nearest-neighbor",
  ],
  [
    "bilinear up-sampling",
    () => [layers.upSampling2d({ ...image, interpolation: "bilinear" })],
    "resize-bilinear",
  ],
  [
    "transposed convolution",
    () => [layers.conv2dTranspose({ ...image, filters: 4, kernelSize: [3, 2], strides: [2, 3] })],
    "transpose-conv",
  ],
  [
    "transposed convolution, same padding, activation, no bias",
    () => [
      layers.conv2dTranspose({
        ...image,
        filters: 4,
        kernelSize: 4,
        strides: 2,
        padding: "same",
        useBias: false,
        activation: "relu",
      }),
    ],
    "transpose-conv relu",
  ],
  // sequences
  [
    "convolution of a sequence",
    () => [
      layers.conv1d({
        inputShape: [9, 3],
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        activation: "relu",
      }),
    ],
    "reshape conv-2d reshape",
  ],
  [
    "dilated convolution of a sequence",
    () => [layers.conv1d({ inputShape: [9, 3], filters: 4, kernelSize: 3, dilationRate: 2 })],
    "reshape conv-2d reshape",
  ],
  [
    "a network for sequences",
    () => [
      layers.conv1d({ inputShape: [9, 3], filters: 4, kernelSize: 3, useBias: false }),
      layers.batchNormalization(),
      layers.reLU(),
      layers.maxPooling1d({ poolSize: 2 }),
      layers.conv1d({ filters: 5, kernelSize: 2, activation: "tanh" }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    "reshape conv-2d max-pool-2d conv-2d tanh reshape fully-connected",
  ],
  [
    "pooling of sequences",
    () => [
      layers.maxPooling1d({ inputShape: [9, 3], poolSize: 2, strides: 1 }),
      layers.averagePooling1d({ poolSize: 3, padding: "same" }),
    ],
    "reshape max-pool-2d average-pool-2d reshape",
  ],
  [
    "average over a sequence",
    () => [layers.globalAveragePooling1d({ inputShape: [9, 3] })],
    "mean",
  ],
  [
    "maximum over a sequence",
    () => [layers.globalMaxPooling1d({ inputShape: [9, 3] })],
    "reduce-max",
  ],
  [
    "LSTM",
    () => [
      layers.lstm({
        inputShape: [5, 3],
        units: 4,
        recurrentActivation: "sigmoid",
        recurrentInitializer: "ones",
        returnSequences: true,
      }),
      layers.lstm({
        units: 2,
        recurrentActivation: "sigmoid",
        recurrentInitializer: "ones",
        useBias: false,
      }),
    ],
    "unidirectional-sequence-lstm unidirectional-sequence-lstm slice reshape",
  ],
])("%s", (_, build, kinds) => {
  const network = randomizeWeights(sequential({ layers: build() }));
  const graph = expectSamePrediction(network);
  expect(kindsOf(graph)).toBe(kinds);
});

test("a network with branches, several inputs and several outputs", () => {
  const a = input({ shape: [6, 6, 2] });
  const b = input({ shape: [6, 6, 4] });
  const left = after(layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" }), a);
  const sum = after(layers.add(), [left, b, left]);
  const product = after(layers.multiply(), [after(layers.reLU(), sum), b]);
  const pooled = after(layers.globalAveragePooling2d({}), product);
  const y = after(layers.dense({ units: 3, activation: "softmax" }), pooled);
  const graph = expectSamePrediction(
    randomizeWeights(model({ inputs: [a, b], outputs: [y, sum, left] })),
  );
  // `left` and `sum` are outputs too, so that neither can be fused away.
  expect(kindsOf(graph)).toBe("conv-2d add add relu mul mean fully-connected softmax");
  expect(graph.tensors.map(({ name }) => name)).toContain("add/partial_1");
});

test("merging by other rules", () => {
  const a = input({ shape: [4, 4, 3] });
  const b = input({ shape: [4, 4, 3] });
  const c = input({ shape: [1, 4, 3] });
  const largest = after(layers.maximum(), [a, b, c]);
  const smallest = after(layers.minimum(), [a, c]);
  const mean = after(layers.average(), [a, b, largest]);
  const y = after(layers.concatenate({ axis: -1 }), [
    mean,
    smallest,
    after(layers.concatenate({ axis: 3 }), [a, b]),
  ]);
  expect(kindsOf(expectSamePrediction(model({ inputs: [a, b, c], outputs: y })))).toBe(
    "maximum maximum add add mul minimum concatenation concatenation",
  );
});

test("reshapes that several layers read stay", () => {
  const x = input({ shape: [2, 6] });
  const wide = after(layers.reshape({ targetShape: [3, 4] }), x);
  const same = after(layers.reshape({ targetShape: [3, 4] }), wide);
  const back = after(layers.reshape({ targetShape: [2, 6] }), same);
  const y = after(layers.add(), [
    after(layers.reLU(), same),
    after(layers.activation({ activation: "softmax" }), same),
  ]);
  const sum = after(layers.add(), [back, x]);
  expect(kindsOf(expectSamePrediction(model({ inputs: x, outputs: [y, sum] })))).toBe(
    "reshape relu softmax add reshape add",
  );
});

test("words are looked up", () => {
  const x = input({ shape: [4] });
  const y = after(layers.embedding({ inputDim: 9, outputDim: 3 }), x);
  const network = randomizeWeights(model({ inputs: x, outputs: y }));
  const interpreter = createInterpreter(convertLayersModel(network));
  const words = Float32Array.of(8, 0, 3, 3);
  const [data] = interpreter.inputs.map((each) => each.data as Float32Array);
  data?.set(words);
  interpreter.run();
  const expected = network.predict(tensor(words, [1, 4])) as Tensor;
  expect(interpreter.outputs[0]?.data).toEqual(expected.dataSync());
});

test("merged shapes stretch where they are 1", () => {
  const a = input({ shape: [4, 4, 3] });
  const gate = input({ shape: [1, 1, 3] });
  const product = model({ inputs: [a, gate], outputs: after(layers.multiply(), [a, gate]) });
  expect(kindsOf(expectSamePrediction(product))).toBe("mul");
});

test("a layer that is used twice has its weights once", () => {
  const a = input({ shape: [5] });
  const b = input({ shape: [5] });
  const shared = layers.dense({ units: 4, activation: "relu" });
  const y = after(layers.add(), [after(shared, a), after(shared, b)]);
  const graph = expectSamePrediction(randomizeWeights(model({ inputs: [a, b], outputs: y })));
  expect(graph.tensors.map(({ name }) => name)).toEqual([
    "input",
    "input_1",
    "dense/filter",
    "dense/bias",
    "dense",
    "dense/2",
    "add",
  ]);
});

test("batch normalization is folded into each use of a shared layer for itself", () => {
  const a = input({ shape: [5] });
  const shared = layers.dense({ units: 4 });
  const first = after(layers.batchNormalization(), after(shared, a));
  const second = after(shared, after(layers.reLU(), a));
  const y = after(layers.add(), [first, second]);
  const graph = expectSamePrediction(randomizeWeights(model({ inputs: a, outputs: y })));
  expect(kindsOf(graph)).toBe("fully-connected relu fully-connected add");
  const names = graph.tensors.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("models inside models are laid open, each use with its own inputs", () => {
  const inner = sequential({
    layers: [
      layers.dense({ inputShape: [5], units: 5, activation: "tanh" }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 5 }),
    ],
  });
  const x = input({ shape: [5] });
  const y = after(inner, after(inner, x));
  const nested = sequential({ layers: [layers.dense({ ...vector, units: 5 }), inner] });
  const twice = expectSamePrediction(randomizeWeights(model({ inputs: x, outputs: y })));
  const once = "fully-connected tanh fully-connected";
  expect(kindsOf(twice)).toBe(`${once} ${once}`);
  expect(kindsOf(expectSamePrediction(randomizeWeights(nested)))).toBe(`fully-connected ${once}`);
});
