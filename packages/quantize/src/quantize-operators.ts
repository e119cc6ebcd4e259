import { type Graph, type Op, type TensorId, tensorOf } from "@smidgen/graph";
import { activationRanges } from "./activation-ranges.ts";
import { constantVersions } from "./constant-versions.ts";
import { activationOf, operandsOf, unitOf } from "./operands.ts";
import { quantizeConstants } from "./quantize-constants.ts";
import type { Ranges } from "./ranges.ts";
import type { PerTensor, Scheme } from "./scheme.ts";

/**
 * Every tensor as integers, operator by operator: constants take their scales from the activations before
 * them, and outputs theirs from what was seen or, where an operator only moves values, from its input. So a
 * convolution and the pooling and reshape behind it share one scale.
 *
 * @throws UserError `missing-range` or `range-too-wide`, each naming every such tensor.
 */
export function quantizeOperators(graph: Graph, ranges: Ranges, scheme: Scheme): Graph {
  const { calibrated, check, throwProblems } = activationRanges(ranges, scheme);
  const { tensors, addVersion } = constantVersions(graph.tensors);
  // What operators read: activations as integers, constants still as floats.
  const operandTensors = [...graph.tensors];
  const setActivation = (id: TensorId, quantization: PerTensor) => {
    const integers = { ...tensorOf(graph, id), type: scheme.activations.type, quantization };
    operandTensors[id] = integers;
    tensors[id] = integers;
  };

  for (const id of graph.inputs) setActivation(id, calibrated(tensorOf(graph, id)));
  const ops = graph.ops.map((op): Op => {
    const rule = scheme.rules[op.kind];
    if (typeof rule === "string") throw new Error(`no rule for ${op.kind}`);
    const operands = operandsOf(op, scheme, operandTensors);
    const integers = quantizeConstants(operands, scheme);
    const inputs: (TensorId | undefined)[] = [...op.inputs];
    for (const [i, { id, position, tensor }] of integers.entries()) {
      if (tensor === operands[i]?.tensor) continue;
      check(tensor);
      inputs[position] = addVersion(id, tensor);
    }
    for (const id of op.outputs) {
      const { output } = rule;
      if (output.kind === "fixed") setActivation(id, output.quantization);
      else if (output.kind === "same-as-input") setActivation(id, activationOf(integers));
      else setActivation(id, calibrated(tensorOf(graph, id), unitOf(integers, output.unit)));
    }
    return { ...op, inputs } as unknown as Op;
  });
  throwProblems();
  return { ...graph, tensors, ops };
}
