import type { ActivationRange } from "./activation-range.ts";
import type { CRecord } from "./c-twin.ts";
import type { ChannelRequantization } from "./requantization.ts";

/** How sums of products of output channels become int8. */
export type ChannelSums = Omit<ChannelRequantization, "singleRounding"> &
  ActivationRange & {
    readonly bias: Int32Array; // [channels]
    readonly outputZeroPoint: number;
  };

/**
 * `struct smg_dot_products` in dot-products.h: the products of one vector with many.
 *
 * The zero point of the vector has been folded into the bias. weights [groups, outputs, depth]
 */
export function packDotProducts(
  products: ChannelSums,
  weights: Int8Array,
  { groups, outputs, depth }: { groups: number; outputs: number; depth: number },
): CRecord {
  const packed = new Int8Array(weights.length);
  for (let group = 0; group < groups; group++) {
    const start = group * outputs * depth;
    const rows = weights.subarray(start, start + outputs * depth);
    packed.set(interleaveFours(rows, outputs, depth), start);
  }
  return {
    depth,
    outputs,
    weights: packed,
    channels: packChannels(products),
  };
}

/** `struct smg_channels` in channel-sums.h. One scale is stored once. */
export function packChannels(channels: ChannelSums): CRecord {
  const { multiplier, shift } = channels;
  const isOneScale = isUniform(multiplier) && isUniform(shift);
  const scales = isOneScale ? 1 : multiplier.length;
  return {
    bias: channels.bias,
    multiplier: multiplier.slice(0, scales),
    shift: shift.slice(0, scales),
    scale_step: isOneScale ? 0 : 1,
    output_zero_point: channels.outputZeroPoint,
    min: channels.activationMin - channels.outputZeroPoint,
    max: channels.activationMax - channels.outputZeroPoint,
  };
}

/** [rows, depth] → [rows / 4, depth, 4], then what remains as it was: [rows % 4, depth] */
function interleaveFours(weights: Int8Array, rows: number, depth: number): Int8Array {
  const packed = weights.slice();
  for (let row = 0; row + 4 <= rows; row += 4) {
    for (let i = 0; i < depth; i++) {
      for (let k = 0; k < 4; k++) {
        packed[(row * depth + i * 4 + k) | 0] = weights[(row + k) * depth + i]!;
      }
    }
  }
  return packed;
}

function isUniform(values: Int32Array | Int8Array): boolean {
  return values.every((value) => value === values[0]);
}
