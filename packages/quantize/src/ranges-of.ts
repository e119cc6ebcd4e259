import { UserError } from "@smidgen/errors";
import { elementTypes, type Graph, type Op, type TensorId, tensorOf } from "@smidgen/graph";
import type { Range, Ranges } from "./ranges.ts";

/**
 * How a quantized graph stores its activations, as ranges: quantizing the float graph with them gives the same scales
 * and zero points again.
 *
 * `float` is the graph whose names are wanted, if it calls its tensors otherwise: it has the same operators, but those
 * that convert. `samples` is 0.
 *
 * @throws UserError `different-operators`, saying where the two part.
 */
export function rangesOf(quantized: Graph, float: Graph = quantized): Ranges {
  const pairs = quantized === float ? ownTensors(quantized) : pairTensors(quantized, float);
  const tensors: Record<string, Range> = {};
  for (const [id, name] of pairs) {
    const range = rangeOf(quantized, id);
    if (range !== undefined) tensors[name] ??= range;
  }
  return { samples: 0, method: `those of "${quantized.name}"`, tensors };
}

function rangeOf(graph: Graph, id: TensorId): Range | undefined {
  const { type, quantization, data } = tensorOf(graph, id);
  const limits = elementTypes[type].range;
  if (quantization?.kind !== "per-tensor" || data !== undefined || limits === undefined) {
    return undefined;
  }
  const { scale, zeroPoint } = quantization;
  const [min, max] = limits.map((stored) => (stored - zeroPoint) * scale) as [number, number];
  return { min, max, scale, zeroPoint };
}

type Pair = readonly [id: TensorId, name: string];

function ownTensors({ tensors }: Graph): readonly Pair[] {
  return tensors.map(({ name }, id) => [id as TensorId, name]);
}

/** What operators read and write, position by position. */
function pairTensors(quantized: Graph, float: Graph): readonly Pair[] {
  const ops = quantized.ops.filter(computes);
  const floatOps = float.ops.filter(computes);
  const count = Math.max(ops.length, floatOps.length);
  const parting = Array.from({ length: count }).findIndex(
    (_, i) => ops[i]?.kind !== floatOps[i]?.kind,
  );
  if (parting !== -1) {
    const name = (op: Op | undefined) => op?.kind ?? "nothing";
    throw new UserError(
      "different-operators",
      `operator ${parting} of "${quantized.name}" is ${name(ops[parting])}, of "${float.name}" ${name(floatOps[parting])}`,
      { hint: "Give the float model that the quantized one was made from." },
    );
  }
  return ops.flatMap((op, i) => {
    const floatOp = floatOps[i] as Op;
    const theirs = [...op.outputs, ...op.inputs] as readonly (TensorId | undefined)[];
    const named = [...floatOp.outputs, ...floatOp.inputs] as readonly (TensorId | undefined)[];
    return theirs.flatMap((id, position): readonly Pair[] => {
      const floatId = named[position];
      if (id === undefined || floatId === undefined) return [];
      return [[id, tensorOf(float, floatId).name]];
    });
  });
}

function computes({ kind }: Op): boolean {
  return kind !== "quantize" && kind !== "dequantize";
}
