import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend, trainQuantizationAware } from "@smidgen/training";
import {
  fakeQuantizeActivations,
  fakeQuantizeWeights,
} from "../src/quantization-aware/fake-quantize.ts";
import { fakeQuantizedNetwork } from "../src/quantization-aware/fake-quantized-network.ts";
import { syntheticExamples } from "./synthetic-examples.ts";

beforeAll(() => selectBackend("wasm"));

describe("fake quantization", () => {
  const grid = { scale: 0.5, zeroPoint: -100, lowest: -128, highest: 127 };

  test("rounds to multiples of the scale, and cuts off", () => {
    // The zero point leaves −14 to 113.5.
    const values = tf.tensor1d([-20, -14.1, -0.3, 0, 0.2, 0.3, 7.6, 113.4, 200]);
    expect([...fakeQuantizeActivations(values, grid).dataSync()]).toEqual([
      -14, -14, -0.5, 0, 0, 0.5, 7.5, 113.5, 113.5,
    ]);
  });

  test("lets gradients through where nothing is cut off, and no others", () => {
    const values = tf.tensor1d([-20, -14.2, -3.3, 0, 113.6, 114, 200]);
    const weights = tf.tensor1d([1, 2, 3, 4, 5, 6, 7]);
    const gradient = tf.grad((x) => tf.sum(tf.mul(fakeQuantizeActivations(x, grid), weights)));
    expect([...gradient(values).dataSync()]).toEqual([0, 2, 3, 4, 5, 0, 0]);
  });

  test("gives weights a scale per slice, of the largest magnitude by the limit", () => {
    const weights = tf.tensor2d([
      [0.7, -70],
      [-0.26, 24],
      [0.04, -6],
    ]);
    const rounded = fakeQuantizeWeights(weights, { limit: 7, sharedAxes: [0] });
    const expected = [0.7, -70, -0.3, 20, 0, -10];
    for (const [i, value] of rounded.dataSync().entries())
      expect(value).toBeCloseTo(expected[i]!, 5);
    const together = fakeQuantizeWeights(weights, { limit: 7, sharedAxes: [0, 1] });
    for (const [i, value] of together.dataSync().entries()) {
      expect(value).toBeCloseTo([0, -70, 0, 20, 0, -10][i]!, 5);
    }
  });

  test("keeps weights that lie on the grid, and weights of zero", () => {
    const onGrid = fakeQuantizeWeights(tf.randomUniform([5, 4], -1, 1, "float32", 3), {
      limit: 7,
      sharedAxes: [0],
    });
    const again = fakeQuantizeWeights(onGrid, { limit: 7, sharedAxes: [0] });
    const [a, b] = [onGrid.dataSync(), again.dataSync()];
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 6);
    const zeros = fakeQuantizeWeights(tf.zeros([2, 2]), { limit: 127, sharedAxes: [0, 1] });
    expect([...zeros.dataSync()]).toEqual([0, 0, 0, 0]);
  });

  test("the gradient of weights is that of the sums they make", () => {
    const [x, w] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[0.31], [-0.7]])];
    const gradient = tf.grad((weights) =>
      tf.sum(
        tf.matMul(x, fakeQuantizeWeights(weights as tf.Tensor2D, { limit: 7, sharedAxes: [0] })),
      ),
    );
    expect([...gradient(w).dataSync()]).toEqual([1, 2]);
  });
});

const everyLayer = () =>
  sequential({
    name: "every",
    layers: [
      layers.zeroPadding2d({ name: "pad", inputShape: [8, 8, 1], padding: 1 }),
      layers.conv2d({ name: "conv", filters: 4, kernelSize: 3, useBias: false }),
      layers.reLU({ name: "conv_relu" }),
      layers.depthwiseConv2d({
        name: "dw",
        kernelSize: 3,
        padding: "same",
        activation: "relu6",
      }),
      layers.averagePooling2d({ name: "average", poolSize: 2 }),
      layers.maxPooling2d({ name: "max", poolSize: 2 }),
      layers.flatten({ name: "flatten" }),
      layers.dropout({ name: "dropout", rate: 0.5 }),
      layers.dense({ name: "hidden", units: 6, activation: "relu" }),
      layers.dense({ name: "scores", units: 3, activation: "softmax" }),
    ],
  });

describe("a network that rounds", () => {
  test("computes what the model does when nothing is rounded, but for weights on a grid", () => {
    const model = everyLayer();
    const network = fakeQuantizedNetwork(model, { default: "int8" });
    network.roundWeights();
    const images = tf.randomUniform([5, 8, 8, 1], 0, 1, "float32", 7);
    const logits = network.logits(images, { training: false, observe: false, round: false });
    const [ours, theirs] = [
      tf.softmax(logits).dataSync(),
      (model.predict(images) as tf.Tensor).dataSync(),
    ];
    for (const [i, value] of theirs.entries()) expect(ours[i]).toBeCloseTo(value, 4);
  });

  test("has a range for each tensor that is computed, fused activations aside", () => {
    const network = fakeQuantizedNetwork(everyLayer(), { default: "int8" });
    const images = tf.randomUniform([5, 8, 8, 1], 0, 1, "float32", 7);
    network.logits(images, { training: false, observe: true, round: false });
    const ranges = network.ranges();
    expect(Object.keys(ranges)).toEqual([
      "pad_input",
      "conv_relu",
      "dw",
      "hidden",
      "scores/linear",
    ]);
    expect(ranges["dw"]).toMatchObject({ min: 0, zeroPoint: -128 });
  });

  test("is refused where a layer's rounding is not known, all of them at once", async () => {
    const model = sequential({
      name: "unknown",
      layers: [
        layers.conv2d({
          name: "conv",
          inputShape: [8, 8, 1],
          filters: 2,
          kernelSize: 3,
          activation: "tanh",
        }),
        layers.batchNormalization({ name: "norm" }),
        layers.flatten({ name: "flatten" }),
        layers.dense({ name: "scores", units: 3, activation: "softmax" }),
      ],
    });
    const data = { train: syntheticExamples(8, { classes: 3 }) };
    await expect(trainQuantizationAware(data, { model })).rejects.toMatchObject({
      code: "unsupported-layer",
      message: expect.stringMatching(/"conv" \(Conv2D\)(.|\n)*"norm" \(BatchNormalization\)/),
    });
    await expect(
      trainQuantizationAware(data, {
        model: everyLayer(),
        scheme: { default: "int8", operators: { dense_7: "int4" } },
      }),
    ).rejects.toMatchObject({ code: "unknown-layer" });
    const unnamed = sequential({
      layers: [layers.dense({ inputShape: [4], units: 2, activation: "softmax" })],
    });
    await expect(trainQuantizationAware(data, { model: unnamed })).rejects.toMatchObject({
      code: "unsupported-model",
    });
  });
});
