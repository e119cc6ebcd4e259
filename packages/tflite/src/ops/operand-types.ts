import { type Op, presentInputs, type ElementType, type Tensor } from "@smidgen/graph";

/** Element types of an operator, which decide on its version. */
export function inputType(
  op: Op,
  tensors: readonly Tensor[],
  position: number,
): ElementType | undefined {
  const id = op.inputs[position];
  return id === undefined ? undefined : tensors[id]?.type;
}

export function outputType(op: Op, tensors: readonly Tensor[]): ElementType | undefined {
  return tensors[op.outputs[0]]?.type;
}

export function isPerAxis(tensor: Tensor | undefined): boolean {
  return tensor?.quantization?.kind === "per-axis";
}

/** 2 for int8, 3 for int16, 1 for all else. */
export function versionByInput(op: Op, tensors: readonly Tensor[]): number {
  const type = inputType(op, tensors, 0);
  if (type === "int16") return 3;
  return type === "int8" ? 2 : 1;
}

/** 2 for int8, 3 for int16 in and out, 1 for all else. */
export function versionByInputAndOutput(op: Op, tensors: readonly Tensor[]): number {
  const type = inputType(op, tensors, 0);
  if (type === "int16" && outputType(op, tensors) === "int16") return 3;
  return type === "int8" ? 2 : 1;
}

/** Whether 16-bit activations meet 8-bit weights and an int32 bias, which the options must then say. */
export function hasInt32BiasFor16x8(op: Op, tensors: readonly Tensor[]): boolean {
  return (
    inputType(op, tensors, 0) === "int16" &&
    inputType(op, tensors, 1) === "int8" &&
    presentInputs(op).length > 2 &&
    inputType(op, tensors, 2) === "int32"
  );
}
