import { type Op, type Tensor, type TensorId, tensorOf } from "@smidgen/graph";
import type { PerTensor } from "./op-rules.ts";

/** Copies of activations on other scales, each made once. They go to the end of `tensors`. */
export function requantizedCopies(tensors: Tensor[]): {
  /** The copy, and the operator that makes it unless an earlier one does. */
  readonly copyOf: (id: TensorId, quantization: PerTensor) => readonly [TensorId, ...Op[]];
} {
  const copies = new Map<string, TensorId>();
  return {
    copyOf(id, quantization) {
      const key = `${id} ${quantization.scale} ${quantization.zeroPoint}`;
      const known = copies.get(key);
      if (known !== undefined) return [known];
      const original = tensorOf({ tensors }, id);
      const name = `${original.name}/requantized`;
      const copy = (tensors.push({ ...original, name, quantization }) - 1) as TensorId;
      copies.set(key, copy);
      return [copy, { kind: "quantize", inputs: [id], outputs: [copy], options: {} }];
    },
  };
}
