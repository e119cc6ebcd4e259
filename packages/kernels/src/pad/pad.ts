import { elementTypes, type Graph, type OpOf, type Tensor, tensorOf } from "@smidgen/graph";
import { makeBytesStep } from "../bytes-step.ts";
import { tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";
import { type PadGeometry, padGeometry, padWith } from "./pad-with.ts";

type Params = PadGeometry & { readonly value: Uint8Array }; // [elementBytes]

/**
 * Cells around the input that stand for 0: the output's zero point for int8, a stored 0 for the others.
 *
 * Source: `PadEval`, tensorflow/lite/micro/kernels/pad.cc.
 */
export function pad(op: OpOf<"pad">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  return makeBytesStep({
    kernel: "pad",
    run: runPad,
    params: { ...padGeometry(op.inputs, graph), value: zeroOf(output) },
    reads: [op.inputs[0]],
    writes: op.outputs,
  });
}

function zeroOf({ type, quantization }: Tensor): Uint8Array {
  const element = new elementTypes[type].array(1);
  if (type === "int8" && quantization?.kind === "per-tensor") element[0] = quantization.zeroPoint;
  return new Uint8Array(element.buffer);
}

function runPad(params: Params, input: Uint8Array, output: Uint8Array): void {
  padWith(params, params.value, input, output);
}
