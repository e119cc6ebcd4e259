import { type OpOf, type Tensor, type TensorId } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import type { StoredOp } from "./stored-op.ts";

export const mul: StoredOp<OpOf<"mul">> = {
  builtin: "MUL",
  requiredInputs: 2,
  version({ inputs: [a, b], outputs: [output] }, tensors) {
    const type = tensors[a]?.type;
    const isQuantized = [a, b].some((id) => tensors[id]?.quantization !== undefined);
    if (type === "float16") return 8;
    if (type === "int16" && !isQuantized) return 7;
    if (type === "int64") return 5;
    if (type === "int16") return 4;
    const scales = [a, b, output].map((id) => firstScale(tensors, id));
    const [scaleA, scaleB, scaleOut] = scales as [number, number, number];
    if (!scales.includes(0) && Math.fround(Math.fround(scaleA * scaleB) / scaleOut) >= 1) return 3;
    return type === "int8" ? 2 : 1;
  },
  readOptions: (stored) => ({
    activation: readActivation(stored("MulOptions").fused_activation_function),
  }),
  writeOptions: ({ options: { activation } }) => ({
    table: "MulOptions",
    row: { fused_activation_function: writeActivation(activation) },
  }),
};

/** 0 if there is none. */
function firstScale(tensors: readonly Tensor[], id: TensorId): number {
  const quantization = tensors[id]?.quantization;
  if (quantization === undefined) return 0;
  return quantization.kind === "per-tensor" ? quantization.scale : (quantization.scales[0] ?? 0);
}
