import { memory, profile, tidy, zeros } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ensureBackend } from "./backends/select-backend.ts";
import { modelShape } from "./model-shape.ts";

/**
 * Bytes of all tensors alive at the worst moment of classifying one image: weights and activations.
 *
 * What TensorFlow.js counts, not what the JavaScript engine or the backend's own buffers take.
 */
export async function inferencePeakBytes(model: LayersModel): Promise<number> {
  await ensureBackend();
  const { inputShape } = modelShape(model);
  const weightBytes = model.weights.reduce((sum, { shape, dtype }) => {
    const elements = shape.reduce<number>((count, size) => count * (size ?? 1), 1);
    return sum + elements * (dtype === "bool" ? 1 : 4);
  }, 0);
  const before = memory().numBytes;
  const { peakBytes } = await profile(() => {
    tidy(() => {
      model.predict(zeros([1, ...inputShape.map((size) => size ?? 1)]));
    });
  });
  return weightBytes + peakBytes - before;
}
