import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KerasWeights, writeKerasArchive, writeLegacyH5 } from "@smidgen/testing";
import { tensor, type Tensor } from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadModel, selectBackend } from "../src/index.ts";

let directory: string;

beforeAll(async () => {
  await selectBackend("cpu");
  directory = await mkdtemp(join(tmpdir(), "smidgen-keras-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** One of each kind that stores its weights in its own way. */
function network(): tfl.LayersModel {
  const input = tfl.input({ shape: [8, 6, 3], name: "image" });
  const { layers: l } = tfl;
  const at = (layer: tfl.layers.Layer, x: tfl.SymbolicTensor) =>
    layer.apply(x) as tfl.SymbolicTensor;
  let x = at(l.conv2d({ filters: 4, kernelSize: 3, name: "edges", activation: "relu" }), input);
  x = at(l.batchNormalization({ name: "norm" }), x);
  x = at(l.separableConv2d({ filters: 5, kernelSize: 2, name: "apart" }), x);
  x = at(l.depthwiseConv2d({ kernelSize: 2, name: "deep" }), x);
  const sum = l.add({ name: "sum" }).apply([x, x]) as tfl.SymbolicTensor;
  x = at(l.reshape({ targetShape: [4, 10], name: "rows" }), sum);
  x = at(
    l.lstm({
      units: 3,
      recurrentActivation: "sigmoid",
      returnSequences: true,
      recurrentInitializer: "glorotUniform",
      name: "memory",
    }),
    x,
  );
  const inner = tfl.sequential({
    name: "inner",
    layers: [
      l.flatten({ inputShape: [4, 3], name: "flat" }),
      l.dense({ units: 4, activation: "tanh", name: "head" }),
      l.batchNormalization({ name: "inner_norm" }),
      l.dense({ units: 2, activation: "softmax", name: "classes" }),
    ],
  });
  x = inner.apply(x) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: input, outputs: x, name: "net" });
  const weights = model.getWeights().map(({ shape, size }, i) =>
    tensor(
      Float32Array.from({ length: size }, (_, j) => Math.sin(i + j * 1.7) / 2 + 0.6),
      shape,
    ),
  );
  model.setWeights(weights);
  return model;
}

function stored(weights: readonly { originalName: string; read(): Tensor }[]): KerasWeights {
  return Object.fromEntries(
    weights.map((weight) => {
      const value = weight.read();
      return [
        `${weight.originalName}:0`,
        { shape: value.shape, data: value.dataSync() as Float32Array },
      ];
    }),
  );
}

/** The topology as Python writes it. */
function config(model: tfl.LayersModel): { class_name: string; config: Record<string, unknown> } {
  return model.toJSON(undefined, false) as ReturnType<typeof config>;
}

async function outputs(model: tfl.LayersModel): Promise<Float32Array> {
  const image = tensor(
    Float32Array.from({ length: 2 * 144 }, (_, i) => Math.cos(i)),
    [2, 8, 6, 3],
  );
  return (model.predict(image) as Tensor).data() as Promise<Float32Array>;
}

async function fileOf(name: string, bytes: Uint8Array | string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, bytes);
  return file;
}

/** As `.keras` files spell the weights out: by class and number. */
function paths(model: tfl.LayersModel): KerasWeights {
  const groups: Readonly<Record<string, string>> = {
    edges: "layers/conv2d",
    norm: "layers/batch_normalization",
    apart: "layers/separable_conv2d",
    deep: "layers/depthwise_conv2d",
    memory: "layers/lstm/cell",
    head: "layers/sequential/layers/dense",
    inner_norm: "layers/sequential/layers/batch_normalization",
    classes: "layers/sequential/layers/dense_1",
  };
  const inner = model.getLayer("inner") as unknown as tfl.LayersModel;
  return Object.fromEntries(
    [...model.layers, ...inner.layers].flatMap((layer) =>
      groups[layer.name] === undefined
        ? []
        : Object.values(stored(layer.weights)).map((values, i) => [
            `${groups[layer.name]}/vars/${i}`,
            values,
          ]),
    ),
  );
}

test("an .h5 file predicts what the model did that it was made of", async () => {
  const model = network();
  const bytes = await writeLegacyH5({
    config: config(model),
    layers: Object.fromEntries(model.layers.map(({ name, weights }) => [name, stored(weights)])),
  });
  const loaded = await loadModel(await fileOf("net.h5", bytes));
  expect(await outputs(loaded)).toEqual(await outputs(model));
});

test("so does a .keras archive", async () => {
  const model = network();
  const bytes = await writeKerasArchive({ config: config(model), weights: paths(model) });
  const loaded = await loadModel(await fileOf("net.keras", bytes));
  expect(await outputs(loaded)).toEqual(await outputs(model));
});

test("so does a model.json of Keras 3", async () => {
  const model = network();
  const weights = Object.entries(paths(model));
  const specs = weights.map(([name, { shape }]) => ({ name, shape, dtype: "float32" }));
  await fileOf(
    "weights.bin",
    Buffer.concat(
      weights.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ),
  );
  const file = await fileOf(
    "model.json",
    JSON.stringify({
      format: "layers-model",
      modelTopology: { keras_version: "3.4.1", model_config: config(model) },
      weightsManifest: [{ paths: ["weights.bin"], weights: specs }],
    }),
  );
  expect(await outputs(await loadModel(file))).toEqual(await outputs(model));
});

test("weights that are missing or of another shape are named", async () => {
  const model = network();
  const { "layers/conv2d/vars/1": _, "layers/lstm/cell/vars/0": kernel, ...rest } = paths(model);
  const bytes = await writeKerasArchive({
    config: config(model),
    weights: { ...rest, "layers/lstm/cell/vars/0": { ...kernel!, shape: [12, 10] } },
  });
  await expect(loadModel(await fileOf("net.keras", bytes))).rejects.toThrow(
    /layer "edges" has weights of the shapes \[3, 3, 3, 4\], it takes \[3, 3, 3, 4\] \[4\]; layer "memory" has weights of the shapes \[12, 10\] \[3, 12\] \[12\], it takes \[10, 12\] \[3, 12\] \[12\]$/,
  );
  const without = Object.fromEntries(
    Object.entries(paths(model)).filter(([path]) => !path.includes("batch")),
  );
  await expect(
    loadModel(
      await fileOf(
        "net.keras",
        await writeKerasArchive({ config: config(model), weights: without }),
      ),
    ),
  ).rejects.toThrow(/the file has no values for .*norm\S*\/gamma/);
});

test("layers that are not known here are listed", async () => {
  const bytes = await writeLegacyH5({
    config: {
      class_name: "Sequential",
      config: {
        name: "net",
        layers: [
          { class_name: "Lambda", config: { name: "code" } },
          { class_name: "GroupNormalization", config: { name: "norm" } },
        ],
      },
    },
    layers: {},
  });
  await expect(loadModel(await fileOf("net.h5", bytes))).rejects.toMatchObject({
    code: "unsupported-model",
    message: expect.stringContaining('"norm" (GroupNormalization): there is no such layer here'),
  });
});

test("a file that is not there is missing", async () => {
  await expect(loadModel(join(directory, "none.keras"))).rejects.toMatchObject({
    code: "missing-file",
  });
});
