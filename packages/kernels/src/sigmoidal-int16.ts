import { elementCount, type Graph, type Op, tensorOf } from "@smidgen/graph";
import {
  perTensorOf,
  requireOutputQuantization,
  requireSupported,
  tensorOfType,
} from "./requirements.ts";
import { makeStep, type Step } from "./step.ts";

const { fround } = Math;

type Params = SigmoidalFunction & {
  readonly count: number;
  readonly multiplier: number;
  readonly shift: number;
  /** 2¹⁶ / (1 + e^(−i/24)) for each i */
  readonly table: Uint16Array; // [256]
};

/** How a value interpolated in the table becomes one of the function. */
export type SigmoidalFunction = {
  /** Bits by which an input lies between two entries of the table. */
  readonly fractionBits: number;
  /** Instead of what would lie behind the table's end. */
  readonly saturated: number;
  /** What is subtracted of the interpolated value. */
  readonly offset: number;
  /** Negative inputs give this minus what positive ones give. */
  readonly mirror: number;
  readonly outputShift: number;
};

/**
 * A function that levels off on both sides: logistic and tanh of int16, with linear interpolation in a table.
 *
 * The input's zero point is 0; the output has scale 2⁻¹⁵ and zero point 0. `potShifts`: an input scale that is 2⁻¹² times 2
 * to the power of one of these needs no multiplier but 3.
 * Source: `CalculateArithmeticOpDataLogistic`, tensorflow/lite/micro/kernels/logistic_common.cc, and `Logistic` and `Tanh`,
 * tensorflow/lite/kernels/internal/reference/integer_ops/logistic.h and tanh.h. C twin: sigmoidal_int16.h.
 */
export function sigmoidalInt16(
  op: Op,
  graph: Graph,
  potShifts: readonly number[],
  f: SigmoidalFunction,
): Step {
  const [inputId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const { scale, zeroPoint } = perTensorOf(input, "input");
  requireOutputQuantization(tensorOfType(graph, outputId, "output", "int16"), 2 ** -15, 0);
  requireSupported(
    zeroPoint === 0 && scale * 4096 * 3 < 32_768,
    `input "${input.name}" has scale ${scale} and zero point ${zeroPoint}; int16 needs a scale below 2.66 and 0`,
  );
  return makeStep({
    kernel: "sigmoidal_int16",
    run: runSigmoidalInt16,
    params: {
      count: elementCount(input.shape),
      ...tableScale(scale, potShifts),
      ...f,
      table: logisticTable,
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runSigmoidalInt16(params: Params, input: Int16Array, output: Int16Array): void {
  const { count, multiplier, shift, table, fractionBits } = params;
  const { saturated, offset, mirror, outputShift } = params;
  const half = shift > 0 ? 1 << (shift - 1) : 0;
  const fractionMask = (1 << fractionBits) - 1;
  const outputHalf = 1 << (outputShift - 1);
  for (let i = 0; i < count; i++) {
    const scaled = (input[i]! * multiplier + half) >> shift;
    const magnitude = scaled < 0 ? -scaled : scaled;
    const entry = magnitude >> fractionBits;
    let value = saturated;
    if (entry < 255) {
      const low = table[entry]!;
      value = (low << fractionBits) + (magnitude & fractionMask) * (table[entry + 1]! - low);
    }
    value -= offset;
    output[i] = (scaled < 0 ? mirror - value + outputHalf - 1 : value + outputHalf) >> outputShift;
  }
}

/** From the input to 1/(3 · 4096), the unit of the table's fractions. */
function tableScale(
  scale: number,
  potShifts: readonly number[],
): Pick<Params, "multiplier" | "shift"> {
  const log2 = fround(fround(Math.log(scale)) * fround(1 / fround(Math.log(2))));
  const rounded = Math.round(log2);
  const leftShift = 12 + rounded;
  if (Math.abs(log2 - rounded) < 1e-3 && potShifts.includes(leftShift))
    return { multiplier: 3 << leftShift, shift: 0 };
  let multiplier = scale * 4096 * 3;
  let shift = 0;
  while (multiplier <= 32_767 / 2 && shift <= 30) {
    shift++;
    multiplier *= 2;
  }
  return { multiplier: Math.trunc(multiplier), shift };
}

/**
 * Not everywhere the nearest integer: what lies between is nearer when interpolated.
 *
 * Source: `sigmoid_table_uint16`, tensorflow/lite/kernels/internal/common.h.
 */
// prettier-ignore
const logisticTable = Uint16Array.of(
  32_768, 33_451, 34_133, 34_813, 35_493, 36_169, 36_843, 37_513, 38_180, 38_841, 39_498, 40_149,
  40_794, 41_432, 42_064, 42_688, 43_304, 43_912, 44_511, 45_102, 45_683, 46_255, 46_817, 47_369,
  47_911, 48_443, 48_964, 49_475, 49_975, 50_464, 50_942, 51_409, 51_865, 52_311, 52_745, 53_169,
  53_581, 53_983, 54_374, 54_755, 55_125, 55_485, 55_834, 56_174, 56_503, 56_823, 57_133, 57_433,
  57_724, 58_007, 58_280, 58_544, 58_800, 59_048, 59_288, 59_519, 59_743, 59_959, 60_168, 60_370,
  60_565, 60_753, 60_935, 61_110, 61_279, 61_441, 61_599, 61_750, 61_896, 62_036, 62_172, 62_302,
  62_428, 62_549, 62_666, 62_778, 62_886, 62_990, 63_090, 63_186, 63_279, 63_368, 63_454, 63_536,
  63_615, 63_691, 63_765, 63_835, 63_903, 63_968, 64_030, 64_090, 64_148, 64_204, 64_257, 64_308,
  64_357, 64_405, 64_450, 64_494, 64_536, 64_576, 64_614, 64_652, 64_687, 64_721, 64_754, 64_786,
  64_816, 64_845, 64_873, 64_900, 64_926, 64_950, 64_974, 64_997, 65_019, 65_039, 65_060, 65_079,
  65_097, 65_115, 65_132, 65_149, 65_164, 65_179, 65_194, 65_208, 65_221, 65_234, 65_246, 65_258,
  65_269, 65_280, 65_291, 65_301, 65_310, 65_319, 65_328, 65_337, 65_345, 65_352, 65_360, 65_367,
  65_374, 65_381, 65_387, 65_393, 65_399, 65_404, 65_410, 65_415, 65_420, 65_425, 65_429, 65_433,
  65_438, 65_442, 65_445, 65_449, 65_453, 65_456, 65_459, 65_462, 65_465, 65_468, 65_471, 65_474,
  65_476, 65_479, 65_481, 65_483, 65_485, 65_488, 65_489, 65_491, 65_493, 65_495, 65_497, 65_498,
  65_500, 65_501, 65_503, 65_504, 65_505, 65_507, 65_508, 65_509, 65_510, 65_511, 65_512, 65_513,
  65_514, 65_515, 65_516, 65_517, 65_517, 65_518, 65_519, 65_520, 65_520, 65_521, 65_522, 65_522,
  65_523, 65_523, 65_524, 65_524, 65_525, 65_525, 65_526, 65_526, 65_526, 65_527, 65_527, 65_528,
  65_528, 65_528, 65_529, 65_529, 65_529, 65_529, 65_530, 65_530, 65_530, 65_530, 65_531, 65_531,
  65_531, 65_531, 65_531, 65_532, 65_532, 65_532, 65_532, 65_532, 65_532, 65_533, 65_533, 65_533,
  65_533, 65_533, 65_533, 65_533, 65_533, 65_534, 65_534, 65_534, 65_534, 65_534, 65_534, 65_534,
  65_534, 65_534, 65_534, 65_535,
);
