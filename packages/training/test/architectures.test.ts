import { beforeAll, describe, expect, test } from "vitest";
import {
  buildModel,
  selectBackend,
  type ArchitectureName,
  type LayersModel,
} from "@smidgen/training";

const mnist = { inputShape: [28, 28, 1], classes: 10, seed: 1 };

beforeAll(async () => void (await selectBackend("cpu")));

test.each([
  // conv 3·3·1·8 + 8, dense 13·13·8·16 + 16, dense 16·10 + 10
  ["cnn", 80 + 21_648 + 170],
  // dense 784·28 + 28, dense 28·10 + 10
  ["mlp", 21_980 + 290],
] as const)("%s has %d parameters for MNIST", async (name, parameters) => {
  const model = await buildModel(name, mnist);
  expect(model.countParams()).toBe(parameters);
  expect(model.outputs[0]!.shape).toEqual([null, 10]);
});

test("the published figures", async () => {
  expect((await buildModel("cnn", mnist)).countParams()).toBe(21_898);
  expect((await buildModel("mlp", mnist)).countParams()).toBe(22_270);
});

describe.each(["cnn", "mlp"] as const)("%s", (name) => {
  test("starts the same for the same seed, and not for another", async () => {
    const first = weights(await buildModel(name, mnist));
    expect(weights(await buildModel(name, mnist))).toEqual(first);
    expect(weights(await buildModel(name, { ...mnist, seed: 2 }))).not.toEqual(first);
  });

  test("starts as Keras does: Glorot uniform kernels, biases of 0", async () => {
    const all = (await buildModel(name, mnist)).weights.map((weight) => ({
      shape: weight.shape as number[],
      values: [...weight.read().dataSync()],
    }));
    const biases = all.filter(({ shape }) => shape.length === 1);
    expect(biases.flatMap(({ values }) => values).every((value) => value === 0)).toBe(true);
    for (const { shape, values } of all.filter((each) => !biases.includes(each))) {
      const receptive = shape.slice(0, -2).reduce((product, size) => product * size, 1);
      const limit = Math.sqrt(6 / (receptive * (shape.at(-2)! + shape.at(-1)!)));
      const largest = Math.max(...values.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(limit);
      expect(largest).toBeGreaterThan(0.9 * limit);
      // a uniform distribution's variance; a normal one cut off at the same limit has less
      const variance = values.reduce((total, value) => total + value ** 2, 0) / values.length;
      const tolerance = 3 / Math.sqrt(values.length);
      expect(Math.abs(variance / (limit ** 2 / 3) - 1)).toBeLessThan(tolerance);
    }
  });

  test("no two layers draw the same numbers", async () => {
    const model = await buildModel(name, mnist);
    const kernels = model.weights.filter(({ shape }) => shape.length > 1);
    const firsts = kernels.map((kernel) => {
      const values = kernel.read().dataSync();
      return values[1]! / values[0]!;
    });
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test("takes other images and numbers of classes", async () => {
    const model = await buildModel(name, { inputShape: [8, 9, 3], classes: 4, seed: 1 });
    expect(model.inputs[0]!.shape).toEqual([null, 8, 9, 3]);
    expect(model.outputs[0]!.shape).toEqual([null, 4]);
  });

  test("names its layers the same, however many were built", async () => {
    const names = (model: LayersModel) => model.weights.map(({ originalName }) => originalName);
    const first = await buildModel(name, mnist);
    expect(names(await buildModel(name, mnist))).toEqual(names(first));
  });
});

test("an unknown architecture is named, with those there are", async () => {
  await expect(buildModel("vgg" as ArchitectureName, mnist)).rejects.toMatchObject({
    code: "unknown-architecture",
    message: expect.stringContaining('"vgg"') as string,
    hint: expect.stringContaining("cnn, mlp") as string,
  });
  // not a name inherited from Object
  await expect(buildModel("constructor" as ArchitectureName, mnist)).rejects.toMatchObject({
    code: "unknown-architecture",
  });
});

test("images too small for a convolution are refused", async () => {
  await expect(buildModel("cnn", { ...mnist, inputShape: [2, 2, 1] })).rejects.toMatchObject({
    code: "shape-mismatch",
    message: expect.stringContaining("[2, 2, 1]") as string,
  });
});

function weights(model: LayersModel): number[][] {
  return model.getWeights().map((weight) => [...weight.dataSync()]);
}
