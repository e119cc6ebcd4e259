/**
 * The kernels we replace on wasm against those of tfjs-backend-wasm, in the shapes of the cnn:
 *
 *     npx tsx -C @smidgen/source bench/wasm-kernels.ts
 */
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "@smidgen/training";
import { ratio } from "./ratio.ts";

await import("@tensorflow/tfjs-backend-wasm");
const replaced = [tf.MaxPoolGrad, tf.AvgPoolGrad, tf.BatchMatMul];
const theirs = new Map(replaced.map((kernel) => [kernel, tf.getKernel(kernel, "wasm").kernelFunc]));
await selectBackend("wasm");
const backend = tf.backend();

const input = tf.randomNormal([32, 26, 26, 8]);
const output = tf.maxPool(input as tf.Tensor4D, 2, 2, "valid");
const pool = { filterSize: 2, strides: 2, pad: "valid" };
const features = tf.randomNormal([32, 1352]);
const weights = tf.randomNormal([1352, 16]);
const dy = tf.randomNormal([32, 16]);

const cases: [string, string, tf.NamedTensorMap, object][] = [
  ["max-pooling", tf.MaxPoolGrad, { dy: output, input, output }, pool],
  ["average-pooling", tf.AvgPoolGrad, { dy: output, input }, pool],
  ["dense, input", tf.BatchMatMul, { a: dy, b: weights }, { transposeA: false, transposeB: true }],
  [
    "dense, weights",
    tf.BatchMatMul,
    { a: features, b: dy },
    { transposeA: true, transposeB: false },
  ],
];
for (const [title, kernel, inputs, attributes] of cases) {
  const run = (compute: tf.KernelFunc) => () => {
    const result = compute({ inputs, backend, attrs: attributes as tf.NamedAttrMap });
    backend.disposeData((result as tf.TensorInfo).dataId);
  };
  const result = await ratio(
    run(theirs.get(kernel)!),
    run(tf.getKernel(kernel, "wasm").kernelFunc),
    {
      warmUp: 30,
      rounds: 101,
    },
  );
  console.log(
    `gradient of ${title}: ${result.ratio.toFixed(1)} times as fast ` +
      `(${result.oursMs.toFixed(2)} against ${result.theirsMs.toFixed(2)} ms)`,
  );
}
