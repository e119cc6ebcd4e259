import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import {
  input,
  type layers as layerTypes,
  layers,
  type LayersModel,
  loadLayersModel,
  model,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { expect, test } from "vitest";
import { convertLayersModel, describeAsLayers, type LayersDescription } from "@smidgen/convert";
import { graphBuilder } from "@smidgen/graph";
import { useCpuBackend } from "./cpu-backend.ts";
import { randomizeWeights } from "./same-prediction.ts";
import { seededFloats } from "./seeded-floats.ts";

await useCpuBackend();

async function build({ topology, layers: weights }: LayersDescription): Promise<LayersModel> {
  const built = await loadLayersModel(
    { load: async () => ({ modelTopology: topology, weightSpecs: [] }) },
    { strict: false },
  );
  for (const { path, tensors } of weights) {
    const values = tensors.map(({ data, shape }) => tensor(data, [...shape]));
    built.getLayer(path[0]).setWeights(values);
  }
  return built;
}

/** Through a `.tflite` file and back; for a batch of 2, which the file does not have. */
async function expectSameBack(network: LayersModel): Promise<LayersModel> {
  const file = writeTflite(convertLayersModel(randomizeWeights(network)));
  const back = await build(describeAsLayers(readTflite(file)));
  const random = seededFloats(7);
  const examples = network.inputs.map(({ shape }) => {
    const sizes = [2, ...(shape.slice(1) as number[])];
    return tensor(
      random(
        sizes.reduce((a, b) => a * b),
        2,
      ),
      sizes,
    );
  });
  const outputsOf = (each: LayersModel): Tensor[] => [each.predict(examples)].flat();
  const expected = outputsOf(network);
  for (const [i, output] of outputsOf(back).entries()) {
    const wanted = expected[i] as Tensor;
    expect(output.shape).toEqual(wanted.shape);
    const values = wanted.dataSync();
    for (const [j, value] of output.dataSync().entries()) {
      const distance = Math.abs(value - (values[j] as number));
      expect(distance).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    }
  }
  expect(back.countParams()).toBeGreaterThan(0);
  return back;
}

const image = { inputShape: [8, 9, 3] };
const after = (layer: layerTypes.Layer, x: SymbolicTensor | SymbolicTensor[]) =>
  layer.apply(x) as SymbolicTensor;

test("a convolutional network comes back from a file", async () => {
  const back = await expectSameBack(
    sequential({
      layers: [
        layers.conv2d({ ...image, filters: 4, kernelSize: 3, padding: "same" }),
        layers.batchNormalization(),
        layers.reLU(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, activation: "relu6" }),
        layers.zeroPadding2d({ padding: [1, 2] }),
        layers.averagePooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 5, activation: "sigmoid" }),
        layers.dense({ units: 3, activation: "softmax", useBias: false }),
      ],
    }),
  );
  expect(back.layers.map((layer) => layer.getClassName())).toContain("DepthwiseConv2D");
});

test("so do branches, several inputs and outputs", async () => {
  const a = input({ shape: [8, 8, 2] });
  const b = input({ shape: [8, 8, 4] });
  const left = after(layers.conv2d({ filters: 4, kernelSize: 1, activation: "tanh" }), a);
  const sum = after(layers.add(), [left, b]);
  const joined = after(layers.concatenate(), [after(layers.multiply(), [sum, left]), b]);
  const pooled = after(layers.globalAveragePooling2d({}), joined);
  const y = after(layers.dense({ units: 2 }), pooled);
  const most = after(layers.maximum(), [after(layers.elu(), sum), after(layers.leakyReLU(), b)]);
  const back = await expectSameBack(model({ inputs: [a, b], outputs: [y, most] }));
  expect(back.outputs).toHaveLength(2);
});

test("and sequences", async () => {
  const back = await expectSameBack(
    sequential({
      layers: [
        layers.conv1d({ inputShape: [9, 3], filters: 4, kernelSize: 3, activation: "relu" }),
        layers.maxPooling1d({ poolSize: 2 }),
        layers.permute({ dims: [2, 1] }),
        layers.dense({ units: 4 }),
        layers.globalAveragePooling1d(),
      ],
    }),
  );
  expect(back.outputShape).toEqual([null, 4]);
});

test("operators that no layer computes are listed at once", () => {
  const b = graphBuilder("mixed");
  const x = b.input("x", { type: "float32", shape: [2, 4] });
  const one = b.constant("one", { type: "float32", shape: [1], data: Float32Array.of(1) });
  const sum = b.op("add", [x, one], { activation: "none" }, { name: "sum", type: "float32" });
  const clipped = b.op(
    "mul",
    [sum, sum],
    { activation: "relu-n1-to-1" },
    { name: "clipped", type: "float32" },
  );
  const y = b.op(
    "l2-normalization",
    [clipped],
    { activation: "none" },
    { name: "y", type: "float32" },
  );
  expect(() => describeAsLayers(b.build([y]))).toThrow(
    [
      '"mixed" cannot be made of layers again:',
      '- input "x": its first dimension is 2, not a batch of 1',
      '- operator 0 (add, "sum"): reads a constant, which no layer holds',
      '- operator 1 (mul, "clipped"): the activation relu-n1-to-1 is not known in tfjs',
      '- operator 2 (l2-normalization, "y"): no layer computes it',
    ].join("\n"),
  );
});
