import { UserError } from "@smidgen/errors";
import {
  type Graph,
  isConstant,
  type Op,
  type OpKind,
  type OpOf,
  presentInputs,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";

/** Which tensor of a quantized graph stands for which of the float graph it was made from. */
export interface TensorMatches {
  /** Position in the quantized graph → the float tensor. Computed tensors, inputs and constants. */
  readonly floatOf: ReadonlyMap<TensorId, TensorMatch>;
  /** Computed tensors of either graph that have no counterpart. */
  readonly unmatched: {
    readonly float: readonly TensorId[];
    readonly quantized: readonly TensorId[];
  };
}

export interface TensorMatch {
  readonly id: TensorId;
  /** `name`: they are called the same; `position`: the operators around them are the same. */
  readonly by: "name" | "position";
}

/**
 * Matches by what can be relied on, in this order: inputs and outputs of the graph by position; operators by
 * the longest common sequence of kinds, shapes and activations, in which equal names count for more; what is left
 * by name and number of elements. Operators that only convert (quantize, dequantize) are looked through.
 *
 * So it also works for files of others, whose tensors may have no names, other names, or names in another
 * order, and where one file has an activation fused and the other has not.
 *
 * @throws UserError `different-networks`, if inputs or outputs do not fit, or no operator has a counterpart.
 */
export function matchTensors(float: Graph, quantized: Graph): TensorMatches {
  requireSameEnds(float, quantized);
  const floatOf = new Map<TensorId, TensorMatch>();
  const add = (from: TensorId, to: TensorId) => {
    const [a, b] = [tensorOf(quantized, from), tensorOf(float, to)];
    if (floatOf.has(from) || !isSameShape(a, b)) return;
    floatOf.set(from, { id: to, by: a.name === b.name ? "name" : "position" });
  };
  for (const [i, id] of quantized.inputs.entries()) add(id, float.inputs[i] as TensorId);
  const pairs = alignUnits(units(float), units(quantized), float, quantized);
  for (const [ofFloat, ofQuantized] of pairs) {
    for (const [i, id] of ofQuantized.outputs.entries()) add(id, ofFloat.outputs[i] as TensorId);
    for (const [i, id] of ofQuantized.op.inputs.entries()) {
      const counterpart = (ofFloat.op.inputs as readonly (TensorId | undefined)[])[i];
      if (id === undefined || counterpart === undefined) continue;
      const areConstants =
        isConstant(tensorOf(quantized, id)) && isConstant(tensorOf(float, counterpart));
      if (areConstants) add(id, counterpart);
    }
  }
  for (const [i, id] of quantized.outputs.entries()) add(id, float.outputs[i] as TensorId);
  matchByName(float, quantized, floatOf, add);
  lookThroughConversions(quantized, floatOf);
  const matched = new Set([...floatOf.values()].map(({ id }) => id));
  if (quantized.ops.length > 0 && !computed(quantized).some((id) => floatOf.has(id))) {
    throw new UserError(
      "different-networks",
      `no operator of "${quantized.name}" has a counterpart in "${float.name}"`,
      { hint: "Give the float network that the quantized one was made from." },
    );
  }
  return {
    floatOf,
    unmatched: {
      float: computed(float).filter((id) => !matched.has(id)),
      quantized: computed(quantized).filter((id) => !floatOf.has(id)),
    },
  };
}

function requireSameEnds(float: Graph, quantized: Graph): void {
  const problems = (["inputs", "outputs"] as const).flatMap((end) => {
    const [a, b] = [float[end], quantized[end]];
    if (a.length !== b.length) return [`${a.length} ${end} against ${b.length}`];
    return a.flatMap((id, i) => {
      const [x, y] = [tensorOf(float, id), tensorOf(quantized, b[i] as TensorId)];
      return isSameShape(x, y)
        ? []
        : [`"${x.name}" [${x.shape.join(", ")}] against "${y.name}" [${y.shape.join(", ")}]`];
    });
  });
  if (problems.length === 0) return;
  throw new UserError(
    "different-networks",
    `"${float.name}" and "${quantized.name}" are different networks: ${problems.join("; ")}`,
    { hint: "Give the float network that the quantized one was made from." },
  );
}

/** An operator, with the activation behind it that others may have fused into it. */
interface Unit {
  readonly op: Op;
  readonly activation: string;
  /** What comes out at the end. */
  readonly outputs: readonly TensorId[];
}

const conversions: ReadonlySet<OpKind> = new Set<OpKind>(["quantize", "dequantize"]);

function isConversion(op: Op): op is OpOf<"dequantize" | "quantize"> {
  return conversions.has(op.kind);
}

function units(graph: Graph): readonly Unit[] {
  const readers = new Map<TensorId, Op[]>();
  for (const op of graph.ops) {
    for (const id of presentInputs(op)) readers.set(id, [...(readers.get(id) ?? []), op]);
  }
  const fused = new Set<Op>();
  return graph.ops.flatMap((op): readonly Unit[] => {
    if (conversions.has(op.kind) || fused.has(op)) return [];
    const activation = "activation" in op.options ? op.options.activation : undefined;
    const [output] = op.outputs;
    const [reader, ...others] = readers.get(output) ?? [];
    const canFuse =
      activation === "none" &&
      (reader?.kind === "relu" || reader?.kind === "relu6") &&
      others.length === 0 &&
      !graph.outputs.includes(output);
    if (!canFuse || reader === undefined) {
      return [{ op, activation: activation ?? "none", outputs: op.outputs }];
    }
    fused.add(reader);
    return [{ op, activation: reader.kind, outputs: reader.outputs }];
  });
}

/**
 * The longest common sequence, weighted: what has the same kind, shapes and activation may be a pair, and names
 * decide between several.
 *
 * Source: Needleman and Wunsch, "A general method applicable to the search for similarities in the amino acid
 * sequence of two proteins", Journal of Molecular Biology 48, 1970.
 */
function alignUnits(
  a: readonly Unit[],
  b: readonly Unit[],
  float: Graph,
  quantized: Graph,
): readonly (readonly [Unit, Unit])[] {
  const width = b.length + 1;
  const best = new Float64Array((a.length + 1) * width);
  const gains = new Float64Array(a.length * b.length);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const gain = similarity(a[i] as Unit, b[j] as Unit, float, quantized);
      gains[i * b.length + j] = gain;
      const paired = gain === 0 ? 0 : gain + (best[(i + 1) * width + j + 1] as number);
      const skipped = Math.max(
        best[(i + 1) * width + j] as number,
        best[i * width + j + 1] as number,
      );
      best[i * width + j] = Math.max(paired, skipped);
    }
  }
  const pairs: (readonly [Unit, Unit])[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const here = best[i * width + j] as number;
    const gain = gains[i * b.length + j] as number;
    if (gain > 0 && here === gain + (best[(i + 1) * width + j + 1] as number)) {
      pairs.push([a[i] as Unit, b[j] as Unit]);
      i++;
      j++;
    } else if (here === best[(i + 1) * width + j]) i++;
    else j++;
  }
  return pairs;
}

function similarity(a: Unit, b: Unit, float: Graph, quantized: Graph): number {
  if (a.op.kind !== b.op.kind || a.activation !== b.activation) return 0;
  if (a.outputs.length !== b.outputs.length) return 0;
  const outputs = a.outputs.map(
    (id, i) => [tensorOf(float, id), tensorOf(quantized, b.outputs[i] as TensorId)] as const,
  );
  if (!outputs.every(([x, y]) => isSameShape(x, y))) return 0;
  return 1 + outputs.filter(([x, y]) => x.name !== "" && x.name === y.name).length;
}

/** What operators of different kinds write, and both graphs call the same. */
function matchByName(
  float: Graph,
  quantized: Graph,
  floatOf: ReadonlyMap<TensorId, TensorMatch>,
  add: (from: TensorId, to: TensorId) => void,
): void {
  const taken = new Set([...floatOf.values()].map(({ id }) => id));
  const byName = (graph: Graph, ids: readonly TensorId[]) => {
    const found = new Map<string, TensorId | undefined>();
    for (const id of ids) {
      const { name } = tensorOf(graph, id);
      // A name that several have says nothing.
      found.set(name, found.has(name) ? undefined : id);
    }
    found.delete("");
    return found;
  };
  const counterparts = byName(
    float,
    computed(float).filter((id) => !taken.has(id)),
  );
  const open = computed(quantized).filter((id) => !floatOf.has(id));
  for (const [name, id] of byName(quantized, open)) {
    const counterpart = counterparts.get(name);
    if (id !== undefined && counterpart !== undefined) add(id, counterpart);
  }
}

/** What is converted stands for the same floats before and after. */
function lookThroughConversions(quantized: Graph, floatOf: Map<TensorId, TensorMatch>): void {
  const copy = (from: TensorId, to: TensorId) => {
    const match = floatOf.get(from);
    if (match !== undefined && !floatOf.has(to)) floatOf.set(to, { id: match.id, by: "position" });
  };
  const converting = quantized.ops.filter(isConversion);
  for (const { inputs, outputs } of converting) copy(inputs[0], outputs[0]);
  for (const { inputs, outputs } of converting.toReversed()) copy(outputs[0], inputs[0]);
}

function computed(graph: Graph): readonly TensorId[] {
  return graph.ops.flatMap(({ outputs }): readonly TensorId[] => outputs);
}

/** Leading ones aside: [1, 10] and [10] hold the same. */
function isSameShape(a: Tensor, b: Tensor): boolean {
  return withoutLeadingOnes(a).join() === withoutLeadingOnes(b).join();
}

function withoutLeadingOnes({ shape }: Tensor): readonly number[] {
  const start = shape.findIndex((size) => size !== 1);
  return start === -1 ? [] : shape.slice(start);
}
