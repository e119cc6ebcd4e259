import { UserError } from "@smidgen/errors";
import {
  elementCount,
  type Graph,
  isConstant,
  type Op,
  presentInputs,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { fitsFloat16, float16Bits } from "./float16.ts";
import { int8Rules } from "./int8-rules.ts";
import type { OperandRule } from "./op-rules.ts";
import { list } from "./operands.ts";
import { quantizeAffine } from "./quantize-affine.ts";
import type { OpScheme, Scheme } from "./scheme.ts";

/**
 * Smaller constants of operators whose activations stay floats. An operator that reads what it cannot compute with gets
 * a `dequantize` in front. Constants that several operators read are stored once for each way.
 *
 * `opSchemes`: of each operator of `graph`; `undefined` for those that have been put in to convert.
 * Source: tensorflow/lite/tools/optimize/quantize_weights.cc, and the newer
 * tensorflow/compiler/mlir/lite/transforms/prepare_quantize_dynamic_range.cc. Other than there, what is too large for
 * float16 does not become ±65,504.
 *
 * @throws UserError `range-too-wide`, naming every constant that float16 cannot hold.
 */
export function quantizeFloatWeights(
  graph: Graph,
  opSchemes: readonly (OpScheme | undefined)[],
  scheme: Scheme,
): Graph {
  requireFloat16Range(graph, opSchemes);
  const tensors = [...graph.tensors];
  const original = graph.tensors;
  const stored = new Map<string, TensorId>();
  const unpacked = new Map<TensorId, TensorId>();
  const taken = new Set<TensorId>();
  const rules = int8Rules(scheme, "int8");

  const store = (id: TensorId, key: string, tensor: Tensor): TensorId => {
    const known = stored.get(`${id} ${key}`);
    if (known !== undefined) return known;
    // The first takes the float constant's place, unless another operator still reads that.
    const isFirst = !taken.has(id) && !isReadAsFloats(id);
    taken.add(id);
    const place = isFirst ? id : (tensors.length as TensorId);
    tensors[place] = isFirst ? tensor : { ...tensor, name: `${tensor.name}_${tensor.type}` };
    stored.set(`${id} ${key}`, place);
    return place;
  };
  const ops = graph.ops.flatMap((op, index): readonly Op[] => {
    const opScheme = opSchemes[index];
    const unpacking: Op[] = [];
    const inputs = (op.inputs as readonly (TensorId | undefined)[]).map((id, position) => {
      const tensor = id === undefined ? undefined : original[id];
      if (id === undefined || tensor === undefined) return id;
      const smaller = smallerConstant(op, position, tensor, opScheme);
      if (smaller === undefined) return id;
      const place = store(id, smaller.key, smaller.tensor);
      if (!smaller.isUnpacked) return place;
      const known = unpacked.get(place);
      if (known !== undefined) return known;
      const name = `${tensor.name}_dequantize`;
      const floats = (tensors.push({ ...tensor, name, data: undefined }) - 1) as TensorId;
      unpacked.set(place, floats);
      unpacking.push({ kind: "dequantize", inputs: [place], outputs: [floats], options: {} });
      return floats;
    });
    return [...unpacking, { ...op, inputs } as unknown as Op];
  });
  return { ...graph, tensors, ops };

  function isReadAsFloats(id: TensorId): boolean {
    const tensor = tensorOf({ tensors: original }, id);
    return (
      graph.outputs.includes(id) ||
      graph.ops.some((op, index) =>
        (op.inputs as readonly (TensorId | undefined)[]).some(
          (input, position) =>
            input === id && smallerConstant(op, position, tensor, opSchemes[index]) === undefined,
        ),
      )
    );
  }

  function smallerConstant(
    op: Op,
    position: number,
    tensor: Tensor,
    opScheme: OpScheme | undefined,
  ): Smaller | undefined {
    if (tensor.type !== "float32" || !isConstant(tensor)) return undefined;
    const data = tensor.data as Float32Array;
    if (opScheme === "float16") {
      const half: Tensor = { ...tensor, type: "float16", data: float16Bits(data) };
      return { key: "float16", tensor: half, isUnpacked: true };
    }
    if (opScheme !== "weights-int8" && opScheme !== "dynamic-range") return undefined;
    const channelAxis = weightsAxis(op, position);
    const { smallestWeights = 1024, converter = "classic" } = scheme;
    if (channelAxis === "none" || elementCount(tensor.shape) < smallestWeights) return undefined;
    const { weights, weightsQuantization: quantization } = quantizeAffine(
      { weights: data, shape: tensor.shape, channelAxis, bias: undefined, inputScale: 1 },
      { largestWeight: 127, biasType: "int32", converter },
    );
    return {
      key: `int8 ${channelAxis}`,
      tensor: { ...tensor, type: "int8", quantization, data: weights },
      isUnpacked: opScheme === "weights-int8" || !hybridKinds.has(op.kind),
    };
  }

  /** The axis of the output channels of weights; `none` if an operand is none. */
  function weightsAxis({ kind }: Op, position: number): number | undefined | "none" {
    if (kind === "embedding-lookup" && position === 1) return undefined;
    const rule = rules[kind];
    const operands: readonly OperandRule[] = typeof rule === "string" ? [] : rule.operands;
    const operand = operands[position];
    return operand?.kind === "weights" && kind !== "prelu" ? operand.channelAxis : "none";
  }
}

function requireFloat16Range(graph: Graph, opSchemes: readonly (OpScheme | undefined)[]): void {
  const ids = graph.ops.flatMap((op, i) =>
    opSchemes[i] === "float16" ? presentInputs(op) : ([] as const),
  );
  const lines = [...new Set(ids)].flatMap((id) => {
    const { name, type, data } = tensorOf(graph, id);
    if (type !== "float32" || data === undefined) return [];
    const magnitude = (data as Float32Array).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return fitsFloat16(magnitude) ? [] : [`"${name}": up to ±${magnitude.toPrecision(3)}`];
  });
  if (lines.length === 0) return;
  throw new UserError("range-too-wide", `float16 holds numbers up to 65,504:\n${list(lines)}`, {
    hint: "Leave these layers in float32, or scale inputs and targets to around 1 and train again.",
  });
}

interface Smaller {
  readonly key: string;
  readonly tensor: Tensor;
  readonly isUnpacked: boolean;
}

/** Operators that compute with int8 weights and float activations. */
const hybridKinds: ReadonlySet<Op["kind"]> = new Set([
  "conv-2d",
  "depthwise-conv-2d",
  "embedding-lookup",
  "fully-connected",
] as const);
