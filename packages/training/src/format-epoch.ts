import type { EpochRecord } from "./history.ts";

/**
 * An epoch as the one line that Keras users know:
 * `Epoch 3/5  1875/1875  2s 1ms/step - accuracy: 0.9686 - loss: 0.1087 - val_accuracy: 0.9700 - val_loss: 0.0984`
 *
 * Units and digits follow keras/src/utils/progbar.py (Keras): metrics up to 1e-3 in scientific notation,
 * time per step in s, ms or us.
 */
export function formatEpoch(record: EpochRecord): string {
  const { epoch, epochs, steps, durationMs, accuracy, loss, valAccuracy, valLoss } = record;
  const metrics: readonly [name: string, value: number | undefined][] = [
    ["accuracy", accuracy],
    ["loss", loss],
    ["val_accuracy", valAccuracy],
    ["val_loss", valLoss],
  ];
  return (
    `Epoch ${epoch}/${epochs}  ${steps}/${steps}  ` +
    `${(durationMs / 1000).toFixed(0)}s ${formatStepTime(durationMs / steps)}` +
    metrics
      .map(([name, value]) => (value === undefined ? "" : ` - ${name}: ${formatMetric(value)}`))
      .join("")
  );
}

function formatStepTime(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(0)}s/step`;
  if (ms >= 1) return `${ms.toFixed(0)}ms/step`;
  return `${(ms * 1000).toFixed(0)}us/step`;
}

function formatMetric(value: number): string {
  if (Math.abs(value) > 1e-3) return value.toFixed(4);
  // Python writes at least two digits of exponent: 5.0000e-04
  return value.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2");
}
