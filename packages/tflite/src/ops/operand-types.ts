import type { ElementType, Op, Tensor } from "@smidgen/graph";

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

export function inputRank(op: Op, tensors: readonly Tensor[], position: number): number {
  const id = op.inputs[position];
  return (id === undefined ? undefined : tensors[id]?.shape.length) ?? 0;
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

/** For operators on two operands: 4 for int16 (unless told), 3 for broadcasting above rank 4, 2 for int8. */
export function versionOfBinary(op: Op, tensors: readonly Tensor[], forInt16 = 4): number {
  const type = inputType(op, tensors, 0);
  if (forInt16 > 1 && type === "int16" && outputType(op, tensors) === "int16") return forInt16;
  const shapes = op.inputs.map((id) => (id === undefined ? [] : (tensors[id]?.shape ?? [])));
  const broadcasts = shapes[0]?.join() !== shapes[1]?.join();
  if (broadcasts && shapes.some((shape) => shape.length > 4)) return 3;
  return type === "int8" ? 2 : 1;
}

export function isQuantizedInt16(op: Op, tensors: readonly Tensor[]): boolean {
  const input = tensors[op.inputs[0]];
  return input?.type === "int16" && input.quantization !== undefined;
}

/** Whether 16-bit activations meet 8-bit weights and an int32 bias, which the options must then say. */
export function hasInt32BiasFor16x8(
  op: Op,
  tensors: readonly Tensor[],
  positions: { readonly activation: number; readonly filter: number; readonly bias: number } = {
    activation: 0,
    filter: 1,
    bias: 2,
  },
): boolean {
  return (
    inputType(op, tensors, positions.activation) === "int16" &&
    inputType(op, tensors, positions.filter) === "int8" &&
    inputType(op, tensors, positions.bias) === "int32"
  );
}
