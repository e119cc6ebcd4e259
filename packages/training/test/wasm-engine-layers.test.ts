import { selectBackend } from "@smidgen/training";
import {
  layers,
  model as layersModel,
  sequential,
  type LayersModel,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { makeMachine, type Machine } from "../src/wasm-engine/machine.ts";
import type { Weight } from "../src/wasm-engine/network.ts";
import { readNetwork } from "../src/wasm-engine/read-network.ts";
import { noise, reference, setWeights } from "./wasm-engine-reference.ts";

beforeAll(async () => void (await selectBackend("cpu")));

type Layer = Parameters<ReturnType<typeof sequential>["add"]>[0];

const softmax = () => layers.dense({ units: 5, activation: "softmax" });

/** Each begins on images [9, 8, 3] unless it says otherwise. */
const models: Readonly<Record<string, (inputShape: number[]) => Layer[]>> = {
  "two dense layers": (inputShape) => [
    layers.flatten({ inputShape }),
    layers.dense({ units: 7, activation: "relu" }),
    softmax(),
  ],
  "dense layers without bias": (inputShape) => [
    layers.flatten({ inputShape }),
    layers.dense({ units: 6, useBias: false, activation: "relu6" }),
    layers.dense({ units: 5, useBias: false, activation: "softmax" }),
  ],
  "softmax as a layer": (inputShape) => [
    layers.flatten({ inputShape }),
    layers.dense({ units: 5 }),
    layers.softmax(),
  ],
  "softmax as an activation": (inputShape) => [
    layers.flatten({ inputShape }),
    layers.dense({ units: 5 }),
    layers.activation({ activation: "softmax" }),
  ],
  "convolutions, valid": (inputShape) => [
    layers.conv2d({ inputShape, filters: 6, kernelSize: 3, activation: "relu" }),
    layers.conv2d({ filters: 12, kernelSize: [2, 3], activation: "relu" }),
    layers.flatten(),
    softmax(),
  ],
  "convolutions, same, strided": (inputShape) => [
    layers.conv2d({ inputShape, filters: 8, kernelSize: 3, padding: "same", useBias: false }),
    layers.conv2d({ filters: 9, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
    layers.conv2d({ filters: 4, kernelSize: 5, strides: [2, 1], padding: "same" }),
    layers.flatten(),
    softmax(),
  ],
  "convolutions 1×1 that step over pixels": (inputShape) => [
    layers.conv2d({ inputShape, filters: 5, kernelSize: 1, activation: "relu" }),
    layers.conv2d({ filters: 6, kernelSize: 1, strides: 2, activation: "relu" }),
    layers.conv2d({ filters: 8, kernelSize: 1, activation: "relu" }),
    layers.flatten(),
    softmax(),
  ],
  "convolution, batch normalization, relu, pool": (inputShape) => [
    layers.conv2d({ inputShape, filters: 6, kernelSize: 3, padding: "same", useBias: false }),
    layers.batchNormalization(),
    layers.reLU(),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 10, kernelSize: 3, padding: "same" }),
    layers.batchNormalization({ momentum: 0.9, epsilon: 1e-2 }),
    layers.activation({ activation: "relu6" }),
    layers.globalAveragePooling2d({}),
    softmax(),
  ],
  "batch normalization of the input and of vectors": (inputShape) => [
    layers.batchNormalization({ inputShape }),
    layers.flatten(),
    layers.batchNormalization(),
    layers.dense({ units: 6 }),
    layers.batchNormalization(),
    layers.reLU({ maxValue: 6 }),
    softmax(),
  ],
  "depthwise and pointwise": (inputShape) => [
    layers.conv2d({ inputShape, filters: 6, kernelSize: 3, padding: "same", activation: "relu" }),
    layers.depthwiseConv2d({ kernelSize: 3, padding: "same", activation: "relu" }),
    layers.conv2d({ filters: 8, kernelSize: 1, activation: "relu" }),
    layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same", useBias: false }),
    layers.batchNormalization(),
    layers.depthwiseConv2d({ kernelSize: [4, 2], activation: "relu" }),
    layers.flatten(),
    softmax(),
  ],
  "depthwise of the input": (inputShape) => [
    layers.depthwiseConv2d({ inputShape, kernelSize: 3, activation: "relu" }),
    layers.flatten(),
    softmax(),
  ],
  "pools that overlap": (inputShape) => [
    layers.conv2d({ inputShape, filters: 4, kernelSize: 2 }),
    layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
    layers.conv2d({ filters: 4, kernelSize: 2 }),
    layers.averagePooling2d({ poolSize: 2, strides: 1 }),
    layers.flatten(),
    softmax(),
  ],
  "pools of the input, and ones that leave pixels out": (inputShape) => [
    layers.maxPooling2d({ inputShape, poolSize: [1, 2], strides: [2, 1] }),
    layers.conv2d({ filters: 4, kernelSize: 2 }),
    layers.averagePooling2d({ poolSize: 1, strides: 2 }),
    layers.conv2d({ filters: 8, kernelSize: 1 }),
    layers.reLU(),
    layers.maxPooling2d({ poolSize: 2, strides: 2 }),
    layers.flatten(),
    softmax(),
  ],
  "relu where nothing can take it in": (inputShape) => [
    layers.conv2d({ inputShape, filters: 5, kernelSize: 3, padding: "same" }),
    layers.averagePooling2d({ poolSize: 2 }),
    layers.reLU(),
    layers.conv2d({ filters: 6, kernelSize: 3, padding: "same" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.activation({ activation: "relu" }),
    layers.flatten(),
    layers.activation({ activation: "linear" }),
    softmax(),
  ],
};

/** Of one channel: the convolution and the pool have one step together. */
const fused: typeof models = {
  "convolution and pool": (inputShape) => [
    layers.conv2d({ inputShape, filters: 8, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 6, activation: "relu" }),
    softmax(),
  ],
  "convolution and pool, same, without bias or relu, then another": (inputShape) => [
    layers.conv2d({ inputShape, filters: 7, kernelSize: 3, padding: "same", useBias: false }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 12, kernelSize: 3, padding: "same", activation: "relu" }),
    layers.globalAveragePooling2d({}),
    softmax(),
  ],
};

describe.each([
  ...Object.entries(models).map(([name, build]) => ({ name, build, shape: [9, 8, 3] })),
  ...Object.entries(models).map(([name, build]) => ({ name, build, shape: [8, 11, 1] })),
  ...Object.entries(fused).map(([name, build]) => ({ name, build, shape: [9, 8, 1] })),
  ...Object.entries(fused).map(([name, build]) => ({ name, build, shape: [12, 13, 1] })),
  ...Object.entries(fused).map(([name, build]) => ({ name, build, shape: [5, 5, 1] })),
])("$name on $shape", ({ build, shape }) => {
  test("has the loss and the gradients of TensorFlow.js", () => {
    const model = sequential({ layers: build(shape) });
    expect(disagreements(model, 1)).toEqual([]);
    model.dispose();
  });

  test("has gradients that tell how the loss changes", () => {
    const model = sequential({ layers: build(shape) });
    expect(wrongSlopes(model, shape)).toEqual([]);
    model.dispose();
  });
});

type Tensor = SymbolicTensor;

const through = (layer: Layer, tensor: Tensor) => layer.apply(tensor) as Tensor;
const sum = (...tensors: Tensor[]) => layers.add().apply(tensors) as Tensor;
const normalized = (tensor: Tensor, filters: number, strides = 1, kernelSize = 3) =>
  through(
    layers.batchNormalization(),
    through(
      layers.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false }),
      tensor,
    ),
  );
const relu = (tensor: Tensor) => through(layers.reLU(), tensor);

/** Where tensors are taken by several layers, and added up. */
const branching: Readonly<Record<string, (input: Tensor) => Tensor>> = {
  "residual blocks": (input) => {
    const first = relu(normalized(input, 6));
    const second = relu(sum(normalized(relu(normalized(first, 6)), 6), first));
    // with a shortcut that changes shape
    const third = relu(
      sum(normalized(relu(normalized(second, 9, 2)), 9), normalized(second, 9, 2, 1)),
    );
    return through(layers.globalAveragePooling2d({}), third);
  },
  "a tensor taken three times, and twice by one layer": (input) => {
    const x = through(layers.conv2d({ filters: 5, kernelSize: 2, activation: "relu" }), input);
    const y = through(layers.depthwiseConv2d({ kernelSize: 3, padding: "same" }), x);
    const all = sum(x, y, x);
    return through(layers.flatten(), through(layers.maxPooling2d({ poolSize: 2 }), sum(all, all)));
  },
  "an input taken twice": (input) => {
    const a = through(layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" }), input);
    const b = through(layers.conv2d({ filters: 4, kernelSize: 1 }), input);
    return through(layers.flatten(), sum(a, b));
  },
  "a relu beside what it is taken of": (input) => {
    const x = through(layers.conv2d({ filters: 4, kernelSize: 3, padding: "same" }), input);
    const y = sum(relu(x), through(layers.dropout({ rate: 0 }), x));
    return through(layers.flatten(), through(layers.averagePooling2d({ poolSize: 2 }), y));
  },
  "vectors added": (input) => {
    const x = through(
      layers.dense({ units: 7, activation: "relu" }),
      through(layers.flatten(), input),
    );
    const y = through(layers.dense({ units: 7 }), x);
    return relu(sum(x, y));
  },
  "a convolution and a pool behind it that others see too": (input) => {
    const x = through(layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu" }), input);
    const a = through(layers.maxPooling2d({ poolSize: 2 }), x);
    const b = through(layers.averagePooling2d({ poolSize: 2 }), x);
    return through(layers.flatten(), sum(a, b));
  },
};

describe.each(
  Object.entries(branching).flatMap(([name, build]) => [
    { name, build, shape: [9, 8, 3] },
    { name, build, shape: [8, 11, 1] },
  ]),
)("$name on $shape", ({ build, shape }) => {
  const make = () => {
    const input = layers.input({ shape });
    return layersModel({ inputs: input, outputs: through(softmax(), build(input)) });
  };

  test("has the loss and the gradients of TensorFlow.js", () => {
    const model = make();
    expect(disagreements(model, 1)).toEqual([]);
    model.dispose();
  });

  test("has gradients that tell how the loss changes", () => {
    const model = make();
    expect(wrongSlopes(model, shape)).toEqual([]);
    model.dispose();
  });
});

test("means over the edge have gradients that tell how the loss changes", () => {
  const inputShape = [7, 6, 2];
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape, filters: 4, kernelSize: 2 }),
      layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      layers.flatten(),
      softmax(),
    ],
  });
  expect(wrongSlopes(model, inputShape)).toEqual([]);
  model.dispose();
});

test("any convolution, pool and depthwise convolution agrees with TensorFlow.js", () => {
  const size = fc.integer({ min: 1, max: 4 });
  const padding = fc.constantFrom("same" as const, "valid" as const);
  const window = fc.record({ height: size, width: size, strideY: size, strideX: size, padding });
  const layer = fc.record({
    kind: fc.constantFrom("convolution", "depthwise", "max-pool", "average-pool"),
    window,
    filters: fc.integer({ min: 1, max: 9 }),
    useBias: fc.boolean(),
    activation: fc.constantFrom("linear" as const, "relu" as const),
  });
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 }), size),
      fc.array(layer, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 1000 }),
      (inputShape, chain, seed) => {
        const model = sequential();
        model.add(layers.inputLayer({ inputShape: [...inputShape] }));
        for (const { kind, window: w, filters, useBias, activation } of chain) {
          const [, height, width] = model.outputs[0]!.shape as number[];
          // TensorFlow.js takes a mean's gradient wrongly where the window reaches over the edge
          const isAverage = kind === "average-pool";
          const isInside = w.padding === "valid" || isAverage;
          const kernelSize: [number, number] = isInside
            ? [Math.min(w.height, height!), Math.min(w.width, width!)]
            : [w.height, w.width];
          const strides: [number, number] = [w.strideY, w.strideX];
          const common = { strides, padding: isAverage ? ("valid" as const) : w.padding };
          model.add(
            kind === "convolution"
              ? layers.conv2d({ filters, kernelSize, useBias, activation, ...common })
              : kind === "depthwise"
                ? layers.depthwiseConv2d({ kernelSize, useBias, activation, ...common })
                : isAverage
                  ? layers.averagePooling2d({ poolSize: kernelSize, ...common })
                  : layers.maxPooling2d({ poolSize: kernelSize, ...common }),
          );
        }
        model.add(layers.flatten());
        model.add(softmax());
        expect(disagreements(model, seed)).toEqual([]);
        model.dispose();
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

/** Where finite differences say otherwise than the gradient. */
function wrongSlopes(model: LayersModel, shape: readonly number[]): readonly string[] {
  setWeights(model, 3);
  const machine = machineOf(model);
  const batch = noise(6, shape, 5, 2);
  machine.forward(batch, 0, 6, 0);
  machine.backward();
  const found = trainedOf(machine).map((weight) => {
    const gradient = machine.read("gradients", weight);
    const before = machine.read("weights", weight);
    // along its own gradient, so that the change stands out from rounding
    const length = Math.hypot(...gradient);
    // before batch normalization a bias changes nothing
    const direction = gradient.map((value) => value / Math.max(length, 1e-6));
    const lossAt = (distance: number) => {
      const moved = before.map((value, i) => value + distance * direction[i]!);
      machine.write("weights", weight, moved);
      return machine.forward(batch, 0, 6, 0).lossSum / 6;
    };
    // small, because relu and pools bend, and not so small that rounding is what is seen
    const step = 3e-4;
    const slope = (lossAt(step) - lossAt(-step)) / (2 * step);
    machine.write("weights", weight, before);
    return { name: weight.variable.name, slope, length };
  });
  if (found.every(({ length }) => length < 0.1)) return ["all gradients are next to nothing"];
  return found
    .filter(({ slope, length }) => !(Math.abs(slope - length) < 0.003 + 0.02 * length))
    .map(({ name, slope, length }) => `${name}: gradient ${length}, slope ${slope}`);
}

/** Where TensorFlow.js has another loss or gradient. */
function disagreements(model: LayersModel, seed: number): readonly string[] {
  setWeights(model, seed);
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const batch = noise(5, shape, 5, seed);
  const machine = machineOf(model);
  // a batch with fewer examples than there is room for, behind one that filled it
  machine.forward(noise(6, shape, 5, seed + 1), 0, 6, 0);
  for (const weight of machine.parameters.all.map((parameter) => parameter.weight)) {
    machine.write("weights", weight, weight.variable.dataSync());
  }
  const { lossSum } = machine.forward(batch, 0, 5, 0);
  machine.backward();
  const { loss, gradients } = reference(model, batch);
  const largest = Math.max(...gradients.map((gradient) => Math.hypot(...gradient)));
  const found = trainedOf(machine, model).flatMap((weight, i) => {
    const theirs = gradients[i]!;
    const ours = machine.read("gradients", weight);
    const difference = Math.hypot(...ours.map((value, k) => value - theirs[k]!));
    // one that cancels out, of a bias behind which the mean is taken off, is rounding alone
    const isClose = difference < 1e-3 * Math.hypot(...theirs) || difference < 1e-4 * largest;
    return isClose ? [] : [`${weight.variable.name} is off by ${difference}`];
  });
  return Math.abs(lossSum / 5 - loss) < 1e-4 ? found : [...found, `${lossSum / 5} is not ${loss}`];
}

function machineOf(model: LayersModel): Machine {
  const read = readNetwork(model);
  if (!("network" in read)) throw new Error(read.reasons.join("; "));
  const machine = makeMachine(read.network, { seed: 1, trains: true });
  machine.reserve(6);
  for (const { weight } of machine.parameters.all) {
    machine.write("weights", weight, weight.variable.dataSync());
  }
  return machine;
}

function trainedOf(machine: Machine, model?: LayersModel): readonly Weight[] {
  const trained = machine.parameters.all
    .map(({ weight }) => weight)
    .filter(({ isTrained }) => isTrained);
  if (model === undefined) return trained;
  return model.trainableWeights.map((each) =>
    trained.find(({ variable }) => variable === each.read())!,
  );
}
