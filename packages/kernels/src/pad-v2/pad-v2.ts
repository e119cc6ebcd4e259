import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { makeBytesStep } from "../bytes-step.ts";
import { requireEqualQuantization } from "../equal-quantization.ts";
import { type PadGeometry, padGeometry, padWith } from "../pad/pad-with.ts";
import { requireSupported, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";

/**
 * Cells around the input that hold a given value, which may be computed; nothing is rescaled.
 *
 * Source: `PadPrepare`, tensorflow/lite/micro/kernels/pad_common.cc.
 */
export function padV2(op: OpOf<"pad-v2">, graph: Graph): Step {
  const [inputId, , valueId] = op.inputs;
  const { type } = tensorOf(graph, inputId);
  const output = tensorOfType(graph, op.outputs[0], "output", type);
  const value = tensorOfType(graph, valueId, "value", type);
  requireSupported(elementCount(value.shape) === 1, `value "${value.name}" has several elements`);
  if (type === "int8") requireEqualQuantization(["value", value], ["output", output]);
  return makeBytesStep({
    kernel: "pad_v2",
    run: runPadV2,
    params: padGeometry(op.inputs, graph),
    reads: [inputId, valueId],
    writes: op.outputs,
  });
}

function runPadV2(
  params: PadGeometry,
  input: Uint8Array,
  value: Uint8Array,
  output: Uint8Array,
): void {
  padWith(params, value, input, output);
}
