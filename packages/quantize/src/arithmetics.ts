import { int16Activations } from "./int16-activations.ts";
import { int16Rules } from "./int16-rules.ts";
import { int8Activations } from "./int8-activations.ts";
import { int8Rules } from "./int8-rules.ts";
import type { ActivationFormat, Arithmetic, PerTensor } from "./op-rules.ts";
import type { OpScheme, Scheme } from "./scheme.ts";

/** How an operator of each scheme computes in integers; `undefined` if its activations are floats. */
export type Arithmetics = Readonly<Record<OpScheme, Arithmetic | undefined>>;

export function arithmeticsOf(scheme: Scheme): Arithmetics {
  const { converter = "classic" } = scheme;
  const int8 = { activations: int8Activations, biasType: "int32", converter } as const;
  return {
    float32: undefined,
    float16: undefined,
    "weights-int8": undefined,
    "dynamic-range": undefined,
    int8: { ...int8, rules: int8Rules(scheme, "int8") },
    int4: { ...int8, rules: int8Rules(scheme, "int4") },
    int16x8: {
      activations: int16Activations,
      biasType: "int64",
      converter,
      rules: int16Rules(scheme),
    },
  };
}

/** Element types that activations have, at borders too. */
export type ActivationType = "float32" | "int8" | "uint8" | "int16";

/** How activations of each type are stored. Those of uint8 lie at a graph's border only. */
export const activationFormats: Readonly<
  Record<Exclude<ActivationType, "float32">, ActivationFormat>
> = {
  int8: int8Activations,
  int16: int16Activations,
  uint8: {
    type: "uint8",
    quantizationOf: (range) => uint8Of(int8Activations.quantizationOf(range)),
  },
};

/**
 * What the same bits plus 128 stand for.
 *
 * Source: `SetInputType`, tensorflow/lite/tools/optimize/quantize_model.cc.
 */
export function uint8Of({ scale, zeroPoint }: PerTensor): PerTensor {
  return { kind: "per-tensor", scale, zeroPoint: zeroPoint + 128 };
}
