/** What a tensor's values were like over the samples. */
export interface ValueProfile {
  readonly min: number;
  readonly max: number;
  /** Largest magnitude of each channel, the last dimension. */
  readonly channels: Float64Array;
  /** The largest magnitude by that below which 99 % of the others lie; 1 if there are no outliers. */
  readonly outlierFactor: number;
  /** The largest channel by the median one; 1 if all are alike. Channels that are always zero do not count. */
  readonly channelSpread: number;
}

/** Every value of small tensors, some of large ones: percentiles need no more. */
const keptPerSample = 2048;

export function valueProfiler(channelCount: number): {
  readonly add: (values: Float32Array) => void;
  readonly profile: () => ValueProfile;
} {
  const channels = new Float64Array(channelCount);
  const kept: number[] = [];
  let min = Infinity;
  let max = -Infinity;
  return {
    add(values) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i] as number;
        const channel = i % channelCount;
        min = Math.min(min, value);
        max = Math.max(max, value);
        channels[channel] = Math.max(channels[channel] as number, Math.abs(value));
      }
      const stride = Math.max(1, Math.ceil(values.length / keptPerSample));
      for (let i = 0; i < values.length; i += stride) kept.push(Math.abs(values[i] as number));
    },
    profile() {
      const used = channels.filter((each) => each > 0).toSorted();
      const largest = used.at(-1) ?? 0;
      const sorted = Float64Array.from(kept).toSorted();
      const common = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0;
      return {
        min,
        max,
        channels,
        outlierFactor: common > 0 ? largest / common : 1,
        channelSpread:
          used.length === 0 ? 1 : largest / (used[Math.floor(used.length / 2)] as number),
      };
    },
  };
}
