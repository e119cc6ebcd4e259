import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { buildModel } from "@smidgen/training";

// a file of its own: in a process, a backend can be missing only once
test("a backend is selected when none was", async () => {
  expect(tf.engine().backendNames()).toEqual([]);
  const model = await buildModel("mlp", { inputShape: [4, 4, 1], classes: 3, seed: 1 });
  expect(["tensorflow", "wasm"]).toContain(tf.getBackend());
  expect((model.predict(tf.ones([1, 4, 4, 1])) as tf.Tensor).shape).toEqual([1, 3]);
});
