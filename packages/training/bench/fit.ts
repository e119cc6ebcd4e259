/**
 * The training loop against `fit` of TensorFlow.js, same network, same backend, our kernels in both:
 *
 *     npx tsx -C @smidgen/source bench/fit.ts
 */
import * as tf from "@tensorflow/tfjs-core";
import { architectures, buildModel, selectBackend, train } from "@smidgen/training";
import { syntheticExamples } from "../test/synthetic-examples.ts";
import { ratio } from "./ratio.ts";

const { name } = await selectBackend();
const examples = syntheticExamples(32 * 40, { size: 28 });
const { count, shape, images, labels } = examples;
const x = tf.tensor(
  Float32Array.from(images, (pixel) => pixel / 255),
  [count, ...shape],
);
const y = tf.tensor(Float32Array.from(labels), [count, 1]);

for (const architecture of Object.keys(architectures) as (keyof typeof architectures)[]) {
  const options = { inputShape: shape, classes: 10, seed: 1 };
  const ours = await buildModel(architecture, options);
  const theirs = await buildModel(architecture, options);
  theirs.compile({
    optimizer: tf.train.adam(1e-3),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const result = await ratio(
    () => theirs.fit(x, y, { epochs: 1, batchSize: 32, yieldEvery: "never" }),
    () => train({ train: examples }, { model: ours, epochs: 1 }),
    { rounds: 9 },
  );
  console.log(
    `${architecture} on ${name}: ${result.ratio.toFixed(2)} times as fast as fit ` +
      `(${(result.oursMs / 40).toFixed(2)} against ${(result.theirsMs / 40).toFixed(2)} ms a step)`,
  );
}
