import { UserError } from "@smidgen/errors";
import { type KerasWeights, writeKerasArchive, writeLegacyH5 } from "@smidgen/testing";
import { strToU8, zipSync } from "fflate";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type KerasModel, readKerasFile } from "../src/index.ts";

const layer = (className: string, name: string, config: object = {}) => ({
  class_name: className,
  config: { name, ...config },
});
const sequential = (...layers: object[]) => ({
  class_name: "Sequential",
  config: { name: "net", layers },
});

/** Weights that say where they are: the i-th holds i, i + 0.5, … */
function numbered(shapes: Readonly<Record<string, readonly number[]>>): KerasWeights {
  return Object.fromEntries(
    Object.entries(shapes).map(([path, shape], i) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [path, { shape, data: Float32Array.from({ length: count }, (_, j) => i + j / 2) }];
    }),
  );
}

/** `layer: first value of each weight`, sorted. */
function summary({ layers }: KerasModel): readonly string[] {
  return layers
    .map(
      ({ path, tensors }) => `${path.join("/")}: ${tensors.map(({ data }) => data[0]).join(" ")}`,
    )
    .toSorted();
}

test("an .h5 file has the weights of each layer in the order of their names", async () => {
  const bytes = await writeLegacyH5({
    config: sequential(layer("Dense", "first"), layer("Flatten", "flat"), layer("Dense", "second")),
    layers: {
      first: numbered({ "first/kernel:0": [2, 3], "first/bias:0": [3] }),
      flat: {},
      second: numbered({ "second/kernel:0": [3, 1] }),
    },
  });
  const model = await readKerasFile(bytes, "net.h5");
  expect(model.kerasVersion).toBe("2.15.0");
  expect(model.layers).toEqual([
    {
      path: ["first"],
      tensors: [
        { shape: [2, 3], data: Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5) },
        { shape: [3], data: Float32Array.of(1, 1.5, 2) },
      ],
    },
    { path: ["second"], tensors: [{ shape: [3, 1], data: Float32Array.of(0, 0.5, 1) }] },
  ]);
});

test("lists of names may be in several attributes", async () => {
  const names = Array.from({ length: 7 }, (_, i) => `dense_${i}`);
  const bytes = await writeLegacyH5({
    config: sequential(...names.map((name) => layer("Dense", name))),
    layers: Object.fromEntries(
      names.map((name) => [name, numbered({ kernel: [1], bias: [1], more: [1] })]),
    ),
    attributesPerPart: 2,
  });
  expect(summary(await readKerasFile(bytes, "net.h5"))).toEqual(
    names.map((name) => `${name}: 0 1 2`),
  );
});

test.each(["layers", "_layer_checkpoint_dependencies"])(
  "the groups of a .keras archive, in %s, are numbered by class",
  async (container) => {
    const bytes = await writeKerasArchive({
      config: sequential(
        layer("InputLayer", "input_4"),
        layer("Conv2D", "edges"),
        layer("Dense", "dense_8"),
        layer("ReLU", "re_lu_3"),
        layer("Dense", "dense_7"),
        layer("BatchNormalization", "norm"),
      ),
      weights: numbered({
        [`${container}/dense/vars/0`]: [1],
        [`${container}/dense/vars/1`]: [1],
        [`${container}/conv2d/vars/0`]: [1],
        [`${container}/dense_1/vars/0`]: [1],
        [`${container}/batch_normalization/vars/0`]: [1],
        [`${container}/batch_normalization/vars/10`]: [1],
        [`${container}/batch_normalization/vars/2`]: [1],
        "optimizer/vars/0": [1],
      }),
    });
    expect(summary(await readKerasFile(bytes, "net.keras"))).toEqual([
      "dense_7: 3",
      "dense_8: 0 1",
      "edges: 2",
      "norm: 4 6 5",
    ]);
  },
);

test("what is written on a group, and a group named after its layer, count more than its class", async () => {
  const config = sequential(layer("Dense", "dense_1"), layer("Dense", "dense"));
  const weights = numbered({ "layers/dense/vars/0": [1], "layers/dense_1/vars/0": [1] });
  const named = await writeKerasArchive({ config, weights });
  expect(summary(await readKerasFile(named, "net.keras"))).toEqual(["dense: 0", "dense_1: 1"]);
  const written = await writeKerasArchive({
    config,
    weights,
    names: { "layers/dense/vars": "dense_1", "layers/dense_1/vars": "dense" },
  });
  expect(summary(await readKerasFile(written, "net.keras"))).toEqual(["dense: 1", "dense_1: 0"]);
});

test("parts of layers come in Keras's order, and nested models have paths", async () => {
  const bytes = await writeKerasArchive({
    config: sequential(layer("Bidirectional", "both"), layer("Dropout", "drop"), {
      class_name: "Sequential",
      config: { name: "inner", layers: [layer("Dense", "a"), layer("Dense", "b")] },
    }),
    weights: numbered({
      "layers/bidirectional/backward_layer/cell/vars/0": [1],
      "layers/bidirectional/forward_layer/cell/vars/0": [1],
      "layers/bidirectional/forward_layer/cell/vars/1": [1],
      "layers/dropout/seed_generator/vars/0": [2],
      "layers/sequential/layers/dense/vars/0": [1],
      "layers/sequential/layers/dense_1/vars/0": [1],
    }),
  });
  expect(summary(await readKerasFile(bytes, "net.keras"))).toEqual([
    "both: 1 2 0",
    "inner/a: 4",
    "inner/b: 5",
  ]);
});

test.each([
  ["a text", strToU8("hello"), "invalid-model", /neither a .keras archive nor an HDF5 file/],
  [
    "a pointer of Git LFS",
    strToU8("version https://git-lfs.github.com/spec/v1\noid sha256:…"),
    "invalid-model",
    /pointer of Git LFS/,
  ],
  ["an empty file", new Uint8Array(), "invalid-model", /neither/],
  [
    "another zip archive",
    zipSync({ "readme.txt": strToU8("x") }),
    "invalid-model",
    /without metadata.json, config.json, model.weights.h5/,
  ],
])("%s is refused", async (_, bytes, code, message) => {
  await expect(readKerasFile(bytes, "x.keras")).rejects.toThrow(message);
  await expect(readKerasFile(bytes, "x.keras")).rejects.toMatchObject({ code });
});

test("an archive that announces more than can be packed into it is refused before memory is taken", async () => {
  const bytes = zipSync({ "config.json": strToU8("{}") });
  const entry = Buffer.from(bytes).indexOf("PK\u0001\u0002");
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(entry + 24, 2 ** 31 - 1, true);
  await expect(readKerasFile(bytes, "x.keras")).rejects.toThrow(
    "config.json announces 2,147,483,647 bytes",
  );
});

test("weights without a network, old versions and flipped convolutions are refused", async () => {
  const layers = { a: numbered({ kernel: [1] }) };
  const config = sequential(layer("Dense", "a"));
  for (const [file, message] of [
    [{ layers, config: undefined }, /the attribute model_config is missing/],
    [{ layers, config, version: "1.2.2" }, /is from Keras 1.2.2/],
    [{ layers, config, backend: "theano" }, /stored flipped/],
    [{ layers: {}, config: { class_name: "Sequential" } }, /not described by a class_name/],
  ] as const) {
    await expect(readKerasFile(await writeLegacyH5(file), "net.h5")).rejects.toThrow(message);
  }
});

test("weights for what is no layer are an error, unless there are none", async () => {
  const config = sequential(layer("Dense", "a"));
  const weights = numbered({ "layers/dense/vars/0": [1], "layers/gate/vars/0": [1] });
  await expect(
    readKerasFile(await writeKerasArchive({ config, weights }), "net.keras"),
  ).rejects.toThrow("net.keras: there are weights for gate, which is no layer of the network");
});

test("damaged files are refused, and what is read of them is still weights", async () => {
  const config = sequential(layer("Dense", "a", { units: 3 }), layer("Dense", "b"));
  const files = [
    await writeLegacyH5({
      config,
      layers: { a: numbered({ k: [4, 3] }), b: numbered({ k: [3, 2] }) },
    }),
    await writeKerasArchive({
      config,
      weights: numbered({ "layers/dense/vars/0": [4, 3], "layers/dense_1/vars/0": [3, 2] }),
    }),
  ];
  const damage = fc.record({
    file: fc.constantFrom(...files),
    keep: fc.double({ min: 0, max: 1, noNaN: true }),
    cuts: fc.boolean(),
    flips: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
      maxLength: 8,
    }),
  });
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, keep, cuts, flips }) => {
      const bytes = cuts ? file.slice(0, Math.floor(file.length * keep)) : file.slice();
      for (const [place, value] of flips) bytes[Math.floor(place * bytes.length)] = value;
      const outcome = await readKerasFile(bytes, "damaged").catch((error: unknown) => error);
      const isRefused = outcome instanceof UserError;
      if (isRefused) refused++;
      // What is left is as long as it says.
      const isWhole = (model: KerasModel) =>
        model.layers.every(({ tensors }) =>
          tensors.every(
            ({ shape, data }) =>
              data instanceof Float32Array &&
              data.length === shape.reduce((product, size) => product * size, 1),
          ),
        );
      expect(isRefused || isWhole(outcome as KerasModel)).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(refused).toBeGreaterThan(100);
});
