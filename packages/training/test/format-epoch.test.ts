import { expect, test } from "vitest";
import { formatEpoch, type EpochRecord } from "@smidgen/training";

const record: EpochRecord = {
  epoch: 3,
  epochs: 5,
  steps: 1875,
  loss: 0.10874,
  accuracy: 0.96861,
  valLoss: 0.09837,
  valAccuracy: 0.97,
  durationMs: 2310,
};

test("reads as Keras prints an epoch", () => {
  expect(formatEpoch(record)).toBe(
    "Epoch 3/5  1875/1875  2s 1ms/step - accuracy: 0.9686 - loss: 0.1087 - val_accuracy: 0.9700 - val_loss: 0.0984",
  );
});

test("has no val_ metrics when there was nothing to validate with", () => {
  const { valLoss: _, valAccuracy: __, ...withoutTest } = record;
  expect(formatEpoch(withoutTest)).toBe(
    "Epoch 3/5  1875/1875  2s 1ms/step - accuracy: 0.9686 - loss: 0.1087",
  );
});

// expected: Progbar.update of Keras 3, run by hand
test.each([
  [400, "0s 213us/step"],
  [16_800, "17s 9ms/step"],
  [1_875_000 * 2, "3750s 2s/step"],
])("%d ms are %s", (durationMs, expected) => {
  expect(formatEpoch({ ...record, durationMs })).toContain(`  ${expected} - `);
});

test.each([
  [0.0005, "5.0000e-04"],
  [0.001, "1.0000e-03"],
  [0, "0.0000e+00"],
  [12.34567, "12.3457"],
])("a loss of %d is %s", (loss, expected) => {
  expect(formatEpoch({ ...record, loss })).toContain(` - loss: ${expected} - `);
});
