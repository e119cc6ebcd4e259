import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { buildModel } from "@smidgen/training";

test("a backend that someone else registered stays", async () => {
  await import("@tensorflow/tfjs-backend-cpu");
  await buildModel("mlp", { inputShape: [4, 4, 1], classes: 3, seed: 1 });
  expect(tf.getBackend()).toBe("cpu");
  expect(tf.engine().backendNames()).toEqual(["cpu"]);
});
