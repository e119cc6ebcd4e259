import { type Graph, isConstant, type Op, type TensorId, tensorOf } from "@smidgen/graph";
import { activationRanges } from "./activation-ranges.ts";
import { constantVersions } from "./constant-versions.ts";
import { activationOf, isSame, type Operand, operandsOf, unitOf } from "./operands.ts";
import { quantizeConstants } from "./quantize-constants.ts";
import type { Ranges } from "./ranges.ts";
import { requantizedCopies } from "./requantized-copies.ts";
import { scaleGroups } from "./scale-groups.ts";
import type { OpRule, PerTensor, Arithmetic } from "./op-rules.ts";

/**
 * Every tensor as integers, operator by operator: constants take their scales from the activations before
 * them, and outputs theirs from what was seen or, where an operator only moves values, from its input. So a
 * convolution and the pooling and reshape behind it share one scale. Where an operator picks values of several
 * inputs, what does not come on the scale of its output is copied to it first.
 *
 * @throws UserError `missing-range` or `range-too-wide`, each naming every such tensor.
 */
export function quantizeOperators(graph: Graph, ranges: Ranges, arithmetic: Arithmetic): Graph {
  const { calibrated, calibratedTogether, check, throwProblems } = activationRanges(
    ranges,
    arithmetic,
  );
  const groups = scaleGroups(graph, arithmetic);
  const { tensors, addVersion } = constantVersions(graph.tensors);
  const { copyOf } = requantizedCopies(tensors);
  // What operators read: activations as integers, constants still as floats.
  const operandTensors = [...graph.tensors];
  const setActivation = (id: TensorId, quantization: PerTensor) => {
    const integers = { ...tensorOf(graph, id), type: arithmetic.activations.type, quantization };
    operandTensors[id] = integers;
    tensors[id] = integers;
  };
  const wanted = (id: TensorId, unit?: number): PerTensor => {
    const group = groups.get(id)?.covered.map((each) => tensorOf(graph, each));
    return (group && calibratedTogether(group, unit)) ?? calibrated(tensorOf(graph, id), unit);
  };
  const outputOf = (id: TensorId, { output }: OpRule, operands: readonly Operand[]): PerTensor => {
    switch (output.kind) {
      case "fixed":
        return output.quantization;
      case "same-as-input":
        return activationOf(operands);
      case "calibrated":
        return wanted(id, unitOf(operands, output.unit));
      case "shared":
        return storedAlike(operands) ?? wanted(id);
      default:
        throw new Error(`outputs are ${output.kind}`);
    }
  };

  for (const id of graph.inputs) {
    if (tensorOf(graph, id).type === "float32") setActivation(id, wanted(id));
  }
  const ops = graph.ops.flatMap((op): readonly Op[] => {
    const rule = arithmetic.rules[op.kind];
    if (typeof rule === "string") throw new Error(`no rule for ${op.kind}`);
    const operands = operandsOf(op, arithmetic, operandTensors);
    const shared =
      rule.output.kind === "shared" ? outputOf(op.outputs[0], rule, operands) : undefined;
    const integers = quantizeConstants(operands, arithmetic, shared);
    const inputs: (TensorId | undefined)[] = [...op.inputs];
    const copying: Op[] = [];
    for (const [i, { id, position, rule: operandRule, tensor }] of integers.entries()) {
      if (tensor !== operands[i]?.tensor) {
        check(tensor);
        inputs[position] = addVersion(id, tensor);
      } else if (
        shared &&
        operandRule.kind === "activation" &&
        !isSame(tensor.quantization, shared)
      ) {
        const [copy, ...made] = copyOf(id, shared);
        inputs[position] = copy;
        copying.push(...made);
      }
    }
    if (rule.output.kind !== "integers") {
      for (const id of op.outputs) setActivation(id, shared ?? outputOf(id, rule, integers));
    }
    return [...copying, { ...op, inputs } as unknown as Op];
  });
  throwProblems();
  return { ...graph, tensors, ops };
}

/** How all activations among these are stored, if that is alike and no constant waits to be. */
function storedAlike(operands: readonly Operand[]): PerTensor | undefined {
  const activations = operands.filter(({ rule }) => rule.kind === "activation");
  const first = activations[0]?.tensor.quantization;
  const areAlike = activations.every(
    ({ tensor }) => !isConstant(tensor) && isSame(tensor.quantization, first),
  );
  return areAlike && first?.kind === "per-tensor" ? first : undefined;
}
