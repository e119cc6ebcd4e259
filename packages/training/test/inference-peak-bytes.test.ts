import { expect, test } from "vitest";
import { buildModel, inferencePeakBytes, selectBackend } from "@smidgen/training";

test("one inference of the cnn holds its weights, its image and its largest activations at once", async () => {
  await selectBackend("cpu");
  const model = await buildModel("cnn", { inputShape: [28, 28, 1], classes: 10, seed: 1 });
  const weights = 4 * 21_898;
  const image = 4 * 28 * 28;
  const convolution = 4 * 26 * 26 * 8;
  const bytes = await inferencePeakBytes(model);
  expect(bytes).toBeGreaterThanOrEqual(weights + image + convolution);
  // TensorFlow.js frees what a prediction computes only when it ends, so the layers' results add up.
  expect(bytes).toBeLessThanOrEqual(weights + image + 5 * convolution);
  expect(await inferencePeakBytes(model)).toBe(bytes);
});
