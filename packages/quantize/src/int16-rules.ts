import { fixed, int8Rules } from "./int8-rules.ts";
import type { OpRules } from "./op-rules.ts";
import type { Scheme } from "./scheme.ts";

/**
 * What becomes of each operator with 16-bit activations: int8 weights, int64 biases, zero points 0.
 *
 * Source: `quantizable_int16`, `restricted_value_int16` and the rule of `SUM` in
 * tensorflow/lite/tools/optimize/operator_property.cc. Operators that the converter leaves in float are refused, and so
 * are those that TensorFlow Lite Micro has no kernel for.
 */
export function int16Rules({
  convWeights = "per-channel",
  denseWeights = "per-channel",
}: Pick<Scheme, "convWeights" | "denseWeights">): OpRules {
  const rules = int8Rules({ convWeights, denseWeights }, "int8");
  return {
    ...rules,
    "arg-max": noInt16,
    elu: noInt16,
    "embedding-lookup": noInt16,
    gather: noInt16,
    "hard-swish": noInt16,
    "l2-normalization": noInt16,
    "log-softmax": noInt16,
    logistic: { operands: [{ kind: "activation" }], output: fraction },
    prelu: noInt16,
    "reduce-max": noInt16,
    "resize-bilinear": noInt16,
    softmax: { operands: [{ kind: "activation" }], output: fraction },
    sum: {
      operands: [{ kind: "activation" }, { kind: "integers" }],
      output: { kind: "calibrated", unit: "largest" },
    },
    svdf: noInt16,
    tanh: { operands: [{ kind: "activation" }], output: fraction },
    "unidirectional-sequence-lstm": noInt16,
  };
}

const noInt16 = "it knows no 16-bit activations";
const fraction = fixed(2 ** -15, 0);
