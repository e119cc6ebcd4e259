import { UserError } from "@smidgen/errors";
import type { Graph, Op, Quantization, Tensor, TensorId } from "@smidgen/graph";
import { tensorOf } from "@smidgen/graph";
import { list, type Operand, operandsOf } from "./operands.ts";
import { quantizeAffine } from "./quantize-affine.ts";
import { quantizeConstant } from "./quantize-constant.ts";
import type { Scheme } from "./scheme.ts";

type FloatConstant = Tensor & { readonly data: Float32Array };

/**
 * The graph, whose activations are integers, with integer constants too. A constant that operators need on
 * different scales (the bias of a layer that is used twice) becomes several.
 *
 * @throws UserError `range-too-wide`, naming every constant whose scale float32 cannot hold.
 */
export function quantizeConstants(graph: Graph, scheme: Scheme): Graph {
  const versions = constantVersions(graph.tensors);
  const tooWide = new Set<string>();
  const ops = graph.ops.map((op): Op => {
    const operands = operandsOf(op, scheme);
    const inputs: (TensorId | undefined)[] = [...op.inputs];
    for (const [position, integers] of quantizedOperands(graph, operands, scheme)) {
      if (!scalesOf(integers).every((scale) => scale > 0 && Number.isFinite(scale))) {
        tooWide.add(`"${integers.name}"`);
      }
      inputs[position] = versions.add(inputs[position] as TensorId, integers);
    }
    return { ...op, inputs } as unknown as Op;
  });
  if (tooWide.size > 0) {
    throw new UserError("range-too-wide", `float32 cannot hold a scale for:\n${list(tooWide)}`, {
      hint: "Train again with a lower learning rate, or with weight decay.",
    });
  }
  return { ...graph, tensors: versions.tensors, ops };
}

/** Positions of an operator's float constants, and what stands there in their stead. */
function* quantizedOperands(
  graph: Graph,
  operands: readonly Operand[],
  scheme: Scheme,
): Iterable<readonly [position: number, integers: Tensor]> {
  const constants = operands.flatMap(({ id, rule, position }) => {
    const tensor = tensorOf(graph, id);
    return isFloatConstant(tensor) ? [{ tensor, rule, position }] : [];
  });
  for (const { tensor, rule, position } of constants) {
    if (rule.kind === "activation") yield [position, quantizeConstant(tensor, scheme.activations)];
  }
  const weights = constants.find(({ rule }) => rule.kind === "weights");
  const bias = constants.find(({ rule }) => rule.kind === "bias");
  if (weights?.rule.kind !== "weights") return;
  const integers = quantizeAffine({
    weights: weights.tensor.data,
    shape: weights.tensor.shape,
    channelAxis: weights.rule.channelAxis,
    bias: bias?.tensor.data,
    inputScale: inputScale(graph, operands),
  });
  yield [
    weights.position,
    {
      ...weights.tensor,
      type: "int8",
      quantization: integers.weightsQuantization,
      data: integers.weights,
    },
  ];
  if (bias === undefined || integers.bias === undefined) return;
  yield [
    bias.position,
    {
      ...bias.tensor,
      type: "int32",
      quantization: integers.biasQuantization,
      data: integers.bias,
    },
  ];
}

function inputScale(graph: Graph, [first]: readonly Operand[]): number {
  const input = first && tensorOf(graph, first.id);
  if (input?.quantization?.kind !== "per-tensor") {
    throw new Error(`the input of a layer, "${input?.name}", is not quantized`);
  }
  return input.quantization.scale;
}

function isFloatConstant(tensor: Tensor): tensor is FloatConstant {
  return tensor.data instanceof Float32Array;
}

function scalesOf({ quantization }: Tensor): readonly number[] {
  if (quantization === undefined) return [];
  return quantization.kind === "per-tensor" ? [quantization.scale] : quantization.scales;
}

/** Constants by where they stood: the first version takes the place, others go to the end. */
function constantVersions(original: readonly Tensor[]) {
  const tensors = [...original];
  const ids = new Map<TensorId, TensorId[]>();
  return {
    tensors,
    add(id: TensorId, integers: Tensor): TensorId {
      const versions = ids.get(id) ?? [];
      ids.set(id, versions);
      const same = versions.find((each) => isSame(tensorOf({ tensors }, each), integers));
      if (same !== undefined) return same;
      const isFirst = versions.length === 0;
      const name = isFirst ? integers.name : `${integers.name}/${versions.length + 1}`;
      const newId = isFirst ? id : (tensors.length as TensorId);
      tensors[newId] = { ...integers, name };
      versions.push(newId);
      return newId;
    },
  };
}

/** Both come from the same floats, so that type and parameters decide. */
function isSame(a: Tensor, b: Tensor): boolean {
  const text = (quantization: Quantization | undefined) => JSON.stringify(quantization);
  return a.type === b.type && text(a.quantization) === text(b.quantization);
}
