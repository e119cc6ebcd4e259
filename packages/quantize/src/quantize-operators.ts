import {
  type Graph,
  isConstant,
  type Op,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { activationRanges } from "./activation-ranges.ts";
import { activationFormats, type ActivationType, uint8Of } from "./arithmetics.ts";
import { constantVersions } from "./constant-versions.ts";
import type { BorderedGraph } from "./insert-borders.ts";
import type { Arithmetic, OpRule, PerTensor } from "./op-rules.ts";
import { activationOf, isSame, type Operand, operandsOf, unitOf } from "./operands.ts";
import { quantizeConstants } from "./quantize-constants.ts";
import type { Range, Ranges } from "./ranges.ts";
import { intermediateNames, quantizeLstm, quantizeSvdf } from "./recurrent.ts";
import { requantizedCopies } from "./requantized-copies.ts";
import { scaleGroups } from "./scale-groups.ts";

/**
 * Every activation in the type that it wants, operator by operator: constants take their scales from the activations
 * before them, and outputs theirs from what was seen or, where an operator only moves values, from its input. So a
 * convolution and the pooling and reshape behind it share one scale. Where an operator picks values of several
 * inputs, what does not come on the scale of its output is copied to it first.
 *
 * `arithmetics`: of each operator; `undefined` where its activations are floats, or it converts to or from them.
 *
 * @throws UserError `missing-range` or `range-too-wide`, each naming every such tensor.
 */
export function quantizeOperators(
  { graph, ops: typedOps, typeOf, originalOf }: BorderedGraph,
  givenRanges: Ranges,
  arithmetics: readonly (Arithmetic | undefined)[],
): { readonly graph: Graph; readonly positions: readonly number[] } {
  const nameOf = (id: TensorId) => tensorOf(graph, originalOf(id)).name;
  const ranges = activationRanges(givenRanges);
  const groups = scaleGroups(graph, arithmetics);
  const { tensors, addVersion } = constantVersions(graph.tensors);
  const { copyOf } = requantizedCopies(tensors);
  // What operators read: activations as integers, constants still as floats.
  const operandTensors = [...graph.tensors];
  const setActivation = (id: TensorId, type: ActivationType, quantization: PerTensor) => {
    const integers = { ...tensorOf(graph, id), type, quantization };
    operandTensors[id] = integers;
    tensors[id] = integers;
  };
  const wanted = (id: TensorId, type: IntegerType, unit?: number): PerTensor => {
    const format = activationFormats[type];
    const group = groups.get(id)?.covered.map(nameOf);
    return (
      (group && ranges.calibratedTogether(group, format, unit)) ??
      ranges.calibrated(nameOf(id), format, unit)
    );
  };
  const outputOf = (id: TensorId, { output }: OpRule, operands: readonly Operand[]): PerTensor => {
    switch (output.kind) {
      case "fixed":
        return output.quantization;
      case "same-as-input":
        return activationOf(operands);
      case "calibrated":
        return wanted(id, typeOf(id) as IntegerType, unitOf(operands, output.unit));
      case "shared":
        return storedAlike(operands) ?? wanted(id, typeOf(id) as IntegerType);
      default:
        throw new Error(`outputs are ${output.kind}`);
    }
  };
  /** What a border writes; an input of uint8 waits for it. */
  const convert = (from: TensorId, to: TensorId): void => {
    const toType = typeOf(to);
    const source = tensors[originalOf(from)]?.quantization;
    if (toType === "float32") {
      if (source === undefined) setInput(from);
      return;
    }
    const stored = tensors[from]?.quantization;
    if (toType === "uint8" && typeOf(from) === "int8" && stored?.kind === "per-tensor") {
      setActivation(to, toType, uint8Of(stored));
      return;
    }
    // What comes from an operator with a fixed output may never have been calibrated.
    const isKnown = groups.has(to) || ranges.has(nameOf(to)) || source?.kind !== "per-tensor";
    const quantization = isKnown
      ? wanted(to, toType)
      : activationFormats[toType].quantizationOf(
          storableRange(tensors[originalOf(from)] as Tensor),
        );
    setActivation(to, toType, quantization);
    if (typeOf(from) === "uint8" && source === undefined && toType === "int8") {
      setActivation(from, "uint8", uint8Of(quantization));
    }
  };
  const setInput = (id: TensorId): void => {
    const type = typeOf(id);
    if (type !== "float32") setActivation(id, type, wanted(id, type));
  };

  for (const id of graph.inputs) {
    if (tensorOf(graph, id).type === "float32" && typeOf(id) !== "uint8") setInput(id);
  }
  const ops: Op[] = [];
  const positions: number[] = [];
  for (const [index, { op, isBorder, position }] of typedOps.entries()) {
    const add = (...added: readonly Op[]) => {
      ops.push(...added);
      positions.push(...added.map(() => position));
    };
    const arithmetic = arithmetics[index];
    if (isBorder) convert(op.inputs[0], op.outputs[0]);
    if (arithmetic === undefined) {
      add(op);
      continue;
    }
    const rule = arithmetic.rules[op.kind];
    if (typeof rule === "string") throw new Error(`no rule for ${op.kind}`);
    const { type } = arithmetic.activations;
    const operands = operandsOf(op, arithmetic, operandTensors);
    const shared =
      rule.output.kind === "shared" ? outputOf(op.outputs[0], rule, operands) : undefined;
    const integers = integerOperands(op, operands, arithmetic, shared);
    const inputs: (TensorId | undefined)[] = [...op.inputs];
    for (const [i, operand] of integers.entries()) {
      const { id, tensor } = operand;
      if (tensor !== operands[i]?.tensor) {
        if (tensor.isVariable) {
          tensors[id] = tensor;
        } else {
          ranges.check(tensor);
          inputs[operand.position] = addVersion(id, tensor);
        }
      } else if (
        shared &&
        operand.rule.kind === "activation" &&
        !isSame(tensor.quantization, shared)
      ) {
        const [copy, ...made] = copyOf(id, shared);
        inputs[operand.position] = copy;
        add(...made);
      }
    }
    if (rule.output.kind !== "integers") {
      for (const id of op.outputs) {
        setActivation(id, type as ActivationType, shared ?? outputOf(id, rule, integers));
      }
    }
    add(withHiddenState({ ...op, inputs } as unknown as Op, tensors));
  }
  for (const id of graph.inputs) {
    const isWaiting = typeOf(id) === "uint8" && tensors[id]?.quantization === undefined;
    if (isWaiting && tensorOf(graph, id).type === "float32") setInput(id);
  }
  ranges.throwProblems();
  return { graph: { ...graph, tensors, ops }, positions };

  function integerOperands(
    { kind }: Op,
    operands: readonly Operand[],
    arithmetic: Arithmetic,
    shared: PerTensor | undefined,
  ): readonly Operand[] {
    if (kind === "svdf") return quantizeSvdf(operands, ranges, arithmetic.converter);
    if (kind === "unidirectional-sequence-lstm") {
      return quantizeLstm(operands, ranges, arithmetic.converter);
    }
    return quantizeConstants(operands, arithmetic, shared);
  }
}

type IntegerType = Exclude<ActivationType, "float32">;

/** An LSTM's output state is stored like its output, and so is the last of the intermediates that it then needs. */
function withHiddenState(op: Op, tensors: Tensor[]): Op {
  if (op.kind !== "unidirectional-sequence-lstm") return op;
  const { type, quantization } = tensorOf({ tensors }, op.outputs[0]);
  const state = op.inputs[18];
  tensors[state] = { ...tensorOf({ tensors }, state), type, quantization };
  const scalar = { shape: [], data: undefined, isVariable: false } as const;
  const intermediates = intermediateNames.map((name, i) => {
    const isHidden = i === intermediateNames.length - 1;
    const stored = isHidden
      ? { type, quantization }
      : ({ type: "float32", quantization: undefined } as const);
    return (tensors.push({ name, ...scalar, ...stored }) - 1) as TensorId;
  });
  return { ...op, options: { ...op.options, intermediates } };
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

/** All that the integers of a tensor can stand for. */
function storableRange({ type, quantization }: Tensor): Range {
  const { scale, zeroPoint } = quantization as PerTensor;
  const [lowest, highest] = type === "int16" ? [-32_767, 32_767] : [-128, 127];
  return { min: (lowest - zeroPoint) * scale, max: (highest - zeroPoint) * scale };
}
