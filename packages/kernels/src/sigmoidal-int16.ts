import { elementCount, type Graph, type Op, tensorOf } from "@smidgen/graph";
import {
  perTensorOf,
  requireOutputQuantization,
  requireSupported,
  tensorOfType,
} from "./requirements.ts";
import { logisticByTable, tanhByTable } from "./sigmoid-table.ts";
import { makeStep, type Step } from "./step.ts";

const { fround } = Math;

export type SigmoidalInt16Params = {
  readonly count: number;
  readonly multiplier: number;
  readonly shift: number;
  /** 1: tanh, 0: logistic */
  readonly isTanh: number;
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
  f: "logistic" | "tanh",
  potShifts: readonly number[],
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
      isTanh: f === "tanh" ? 1 : 0,
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runSigmoidalInt16(
  params: SigmoidalInt16Params,
  input: Int16Array,
  output: Int16Array,
): void {
  const { count, multiplier, shift, isTanh } = params;
  const half = shift > 0 ? 1 << (shift - 1) : 0;
  for (let i = 0; i < count; i++) {
    const scaled = (input[i]! * multiplier + half) >> shift;
    output[i] = isTanh === 0 ? logisticByTable(scaled) : tanhByTable(scaled);
  }
}

/** From the input to 1/(3 · 4096), the unit of the table's fractions. */
function tableScale(
  scale: number,
  potShifts: readonly number[],
): Pick<SigmoidalInt16Params, "multiplier" | "shift"> {
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
