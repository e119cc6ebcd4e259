import { elementTypes, type Graph, type Tensor, type TensorId, tensorOf } from "@smidgen/graph";
import { scale, scaleOnce } from "./fixed-point.ts";
import type { ChannelRequantization } from "./requantization.ts";
import { perTensorOf, requireSupported, tensorOfType } from "./requirements.ts";

/** From the sums of each output channel, products of int16 and int8, to stored int16, as `requantizeWide` takes it. */
export type WideRequantization = {
  readonly multiplier: Int32Array; // [channels]
  /** To the right, once; but if `roundsTwice`, as in `FixedPoint`. */
  readonly shift: Int8Array; // [channels]
  /** 1: sums are int32 and wrap. 0: they are int64. */
  readonly wraps: number;
  readonly roundsTwice: number;
};

/**
 * What becomes of a sum: kept in 64 bits and rounded once after a multiplier of 16 bits, or kept in 32 bits and rounded once
 * or twice after one of 32 bits.
 */
export type SumArithmetic = "int64" | "int32-once" | "int32-twice";

/**
 * A sum of products rescaled to a stored int16, before it is limited.
 *
 * sum: a whole number that a double holds exactly.
 * Source: both forms of `MultiplyByQuantizedMultiplier`, tensorflow/lite/kernels/internal/common.cc.
 */
export function requantizeWide(
  sum: number,
  multiplier: number,
  shift: number,
  wraps: number,
  roundsTwice: number,
): number {
  const kept = wraps === 0 ? sum : sum | 0;
  return roundsTwice === 0 ? scaleOnce(kept, multiplier, shift) : scale(kept, multiplier, shift);
}

/**
 * The same rescaling of wide sums.
 *
 * For int64 the multiplier is rounded to 16 bits. The reference takes factors below 128 there.
 */
export function widen(
  { multiplier, shift }: ChannelRequantization,
  arithmetic: SumArithmetic,
): WideRequantization {
  switch (arithmetic) {
    case "int64":
      requireSupported(
        shift.every((bits) => bits < 8),
        "input scale × filter scale is 128 times the output scale or more, which int64 sums are not rescaled by",
        "Give the output a larger scale.",
      );
      return {
        multiplier: multiplier.map(reduced),
        shift: shift.map((bits) => 15 - bits),
        wraps: 0,
        roundsTwice: 0,
      };
    case "int32-once":
      return { multiplier, shift: shift.map((bits) => 31 - bits), wraps: 1, roundsTwice: 0 };
    case "int32-twice":
      return { multiplier, shift, wraps: 1, roundsTwice: 1 };
    default:
      return arithmetic satisfies never;
  }
}

/** The upper 16 bits of a multiplier, rounded half up, as far as they fit. */
function reduced(multiplier: number): number {
  return multiplier < 0x7fff_0000 ? (multiplier + 0x8000) >> 16 : 0x7fff;
}

/** Refuses zero points other than 0: the reference convolutions of int16 do not look at them. */
export function requireZeroPoints(input: Tensor, output: Tensor): void {
  const zeroPoints = [perTensorOf(input, "input"), perTensorOf(output, "output")].map(
    ({ zeroPoint }) => zeroPoint,
  );
  requireSupported(
    zeroPoints.every((zeroPoint) => zeroPoint === 0),
    `zero points are ${zeroPoints.join(", ")}; with int16 they must be 0`,
  );
}

/**
 * The elements of a bias that is int64 or, where it may be, int32; zeros if there is none.
 *
 * A bias below 2⁴⁶ and as many products as memory holds stay below the 2⁴⁷ that the reference rescales.
 */
export function wideBiasOrZeros(
  graph: Graph,
  id: TensorId | undefined,
  channels: number,
  types: readonly ("int32" | "int64")[],
): BigInt64Array {
  if (id === undefined) return new elementTypes.int64.array(channels);
  const { name, data } = tensorOfType(graph, id, "bias", ...types);
  requireSupported(data !== undefined, `bias "${name}" is computed; it must be a constant`);
  const bias = BigInt64Array.from(data as Int32Array, BigInt);
  requireSupported(
    bias.every((value) => value < 2n ** 46n && value > -(2n ** 46n)),
    `bias "${name}" has elements beyond ±2⁴⁶`,
  );
  return bias;
}

/** Whether sums are those of an operator with an int32 bias. */
export function hasInt32Bias(graph: Graph, biasId: TensorId | undefined): boolean {
  return biasId !== undefined && tensorOf(graph, biasId).type === "int32";
}
