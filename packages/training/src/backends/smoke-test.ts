import * as tf from "@tensorflow/tfjs-core";

/**
 * One forward and backward pass through a convolution, a pool and a matrix product.
 *
 * Loading a backend proves little: tfjs-node 4.22 loads on Node.js 23 and newer, and then fails in its
 * first operation, because it calls functions of `node:util` that are gone.
 *
 * @throws whatever the backend throws, or an Error if the gradient is not a number
 */
export function smokeTest(): void {
  tf.tidy(() => {
    const image = tf.ones<tf.Rank.R4>([1, 4, 4, 1]);
    const outputs = tf.ones<tf.Rank.R2>([1, 2]);
    const gradient = tf.grad((filter) => {
      const convolved = tf.conv2d(image, filter as tf.Tensor4D, 1, "valid");
      const pooled = tf.maxPool(tf.relu(convolved), 2, 2, "valid");
      return tf.sum(tf.matMul(tf.reshape(pooled, [1, 1]), outputs));
    })(tf.ones([3, 3, 1, 1]));
    // all nine weights saw one pixel of 1, and two outputs
    if (!gradient.dataSync().every((value) => value === 2)) {
      throw new Error("it computes wrong gradients");
    }
  });
}
