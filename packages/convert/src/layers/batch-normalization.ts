import { type LayerRules, reasons } from "../layer-rules.ts";
import type { Weight } from "../network.ts";

interface BatchNormalizationConfig {
  readonly axis: number;
  readonly epsilon: number;
  /** Has gamma. */
  readonly scale: boolean;
  /** Has beta. */
  readonly center: boolean;
}

/**
 * `gamma · (x − mean) / √(variance + epsilon) + beta` over the last axis, as `x · scale + shift`.
 *
 * Two operators, which a later pass folds into the layer before where it can.
 */
export const batchNormalization: LayerRules = {
  problems(call) {
    const { axis } = call.config as BatchNormalizationConfig;
    const rank = call.inputs[0].shape.length;
    return reasons([
      axis !== -1 && axis !== rank - 1,
      `axis is ${axis}; only the last axis, ${rank - 1}, is supported`,
    ]);
  },
  convert(call, b, [input]) {
    const { scale, shift } = scaleAndShift(
      call.config as BatchNormalizationConfig,
      call.weights.map(({ data }) => data),
    );
    const scaleId = b.floats(`${call.weightsName}/scale`, [scale.length], scale);
    const shiftId = b.floats(`${call.weightsName}/shift`, [shift.length], shift);
    const options = { activation: "none" } as const;
    const scaled = b.op("mul", [input, scaleId], options, `${call.name}/scaled`);
    return b.op("add", [scaled, shiftId], options, call.name);
  },
};

function scaleAndShift(
  config: BatchNormalizationConfig,
  weights: readonly Weight["data"][],
): { scale: Float32Array; shift: Float32Array } {
  const [gamma, beta, mean, variance] = [
    config.scale ? weights[0] : undefined,
    config.center ? weights[config.scale ? 1 : 0] : undefined,
    ...(weights.slice(-2) as [Float32Array, Float32Array]),
  ];
  const exactScale = (c: number) =>
    (gamma?.[c] ?? 1) / Math.sqrt((variance[c] ?? 0) + config.epsilon);
  return {
    scale: Float32Array.from(mean, (_, c) => exactScale(c)),
    shift: Float32Array.from(mean, (m, c) => (beta?.[c] ?? 0) - m * exactScale(c)),
  };
}
