import { expect, test } from "vitest";
import { toKeras2Topology } from "../src/index.ts";

const options = { name: "net.keras", kerasVersion: "3.4.1" };

const policy = {
  module: "keras",
  class_name: "DTypePolicy",
  config: { name: "float32" },
  registered_name: null,
};

const tensor = (layer: string, output = 0) => ({
  class_name: "__keras_tensor__",
  config: { shape: [null, 4], dtype: "float32", keras_history: [layer, 0, output] },
});

const keras3 = (className: string, name: string, config: object, ...calls: object[]) => ({
  module: "keras.layers",
  class_name: className,
  config: { name, trainable: true, dtype: policy, ...config },
  registered_name: null,
  build_config: { input_shape: [null, 4] },
  name,
  inbound_nodes: calls,
});

test("a functional network of Keras 3 becomes one of Keras 2", () => {
  const initializer = {
    module: "keras.initializers",
    class_name: "Zeros",
    config: {},
    registered_name: null,
  };
  const topology = toKeras2Topology(
    {
      module: "keras.src.models.functional",
      class_name: "Functional",
      config: {
        name: "net",
        trainable: true,
        layers: [
          keras3("InputLayer", "in", { batch_shape: [null, 4] }),
          keras3(
            "Dense",
            "dense",
            { units: 4, activation: "silu", bias_initializer: initializer },
            { args: [tensor("in")], kwargs: { mask: null, training: false } },
          ),
          keras3("Add", "sum", {}, { args: [[tensor("in"), tensor("dense")]], kwargs: {} }),
        ],
        input_layers: ["in", 0, 0],
        output_layers: [["sum", 0, 0]],
      },
      registered_name: "Functional",
      compile_config: { optimizer: "adam" },
    },
    options,
  );
  expect(topology).toEqual({
    class_name: "Model",
    config: {
      name: "net",
      layers: [
        {
          class_name: "InputLayer",
          config: {
            name: "in",
            trainable: true,
            dtype: "float32",
            batch_input_shape: [null, 4],
          },
          name: "in",
          inbound_nodes: [],
        },
        {
          class_name: "Dense",
          config: {
            name: "dense",
            trainable: true,
            dtype: "float32",
            units: 4,
            activation: "swish",
            bias_initializer: { class_name: "Zeros", config: {} },
          },
          name: "dense",
          inbound_nodes: [[["in", 0, 0, {}]]],
        },
        {
          class_name: "Add",
          config: { name: "sum", trainable: true, dtype: "float32" },
          name: "sum",
          inbound_nodes: [
            [
              ["in", 0, 0, {}],
              ["dense", 0, 0, {}],
            ],
          ],
        },
      ],
      input_layers: [["in", 0, 0]],
      output_layers: [["sum", 0, 0]],
    },
  });
});

test("a network of Keras 2 stays what it is", () => {
  const network = {
    class_name: "Sequential",
    config: {
      name: "net",
      layers: [
        { class_name: "Dense", config: { name: "a", units: 2, batch_input_shape: [null, 3] } },
      ],
    },
  };
  expect(toKeras2Topology(network, { ...options, kerasVersion: "2.4.0" })).toEqual(network);
  expect(
    toKeras2Topology(
      { class_name: "Sequential", config: network.config.layers },
      { ...options, kerasVersion: "2.1.0" },
    ).config["layers"],
  ).toEqual(network.config.layers);
});

test.each([
  ["LeakyReLU", { negative_slope: 0.25 }, "LeakyReLU", { alpha: 0.25 }],
  ["ReLU", { negative_slope: 0.25, threshold: 0, max_value: null }, "LeakyReLU", { alpha: 0.25 }],
  ["ReLU", { negative_slope: 0, max_value: 6 }, "ReLU", { max_value: 6 }],
  ["BatchNormalization", { axis: [3] }, "BatchNormalization", { axis: 3 }],
  ["BatchNormalizationV1", { axis: -1 }, "BatchNormalization", { axis: -1 }],
  ["SpatialDropout2D", { rate: 0.5 }, "Dropout", { rate: 0.5 }],
  ["SeparableConv2D", { filters: 3, kernel_constraint: null }, "SeparableConv2D", { filters: 3 }],
])("%s with %o becomes %s", (className, config, expectedName, expected) => {
  const { config: network } = toKeras2Topology(
    { class_name: "Sequential", config: { layers: [{ class_name: className, config }] } },
    options,
  );
  const [layer] = network["layers"] as [{ class_name: string; config: object }];
  expect(layer.class_name).toBe(expectedName);
  expect(layer.config).toMatchObject(expected);
});

test("everything that has no counterpart is listed at once, with its place", () => {
  const inner = {
    class_name: "Sequential",
    config: {
      name: "inner",
      layers: [
        { class_name: "Conv2D", config: { name: "grouped", groups: 4 } },
        { class_name: "Lambda", config: { name: "code" } },
      ],
    },
  };
  const network = {
    class_name: "Sequential",
    config: {
      name: "net",
      layers: [
        inner,
        { class_name: "GRU", config: { name: "gru", reset_after: true } },
        { class_name: "Dense", config: { name: "a", activation: "hard_sigmoid" } },
        { class_name: "Dense", config: { name: "b", activation: "squareplus" } },
        { class_name: "ReLU", config: { name: "c", negative_slope: 0.5, threshold: 1 } },
        { class_name: "Conv1D", config: { name: "d", padding: "causal" } },
        {
          class_name: "TimeDistributed",
          config: { name: "e", layer: { class_name: "ELU", config: { alpha: 2 } } },
        },
        7,
      ],
    },
  };
  const convert = () =>
    toKeras2Topology(network, { ...options, isKnownLayer: (name) => name !== "Lambda" });
  expect(convert).toThrow(
    [
      "net.keras: layers have no counterpart:",
      '- "inner/grouped" (Conv2D): convolutions in 4 groups cannot be run',
      '- "inner/code" (Lambda): there is no such layer here',
      '- "gru" (GRU): reset_after is not known here',
      '- "a" (Dense): activation hard_sigmoid is relu6(x + 3) / 6 since Keras 3, and 0.2 x + 0.5 in TensorFlow.js',
      '- "b" (Dense): activation squareplus is not known here',
      '- "c" (ReLU): negative_slope of 0.5 is not known here',
      '- "c" (ReLU): threshold of 1 is not known here',
      '- "d" (Conv1D): causal padding is not known here',
      '- "e" (TimeDistributed): ELU in it: an alpha of 2 is not known here, only 1',
      "- 7 is not a layer",
    ].join("\n"),
  );
});
