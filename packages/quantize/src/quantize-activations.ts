import { UserError } from "@smidgen/errors";
import { type Graph, type Tensor, type TensorId, tensorOf } from "@smidgen/graph";
import type { Range, Ranges } from "./ranges.ts";
import { list } from "./operands.ts";
import type { PerTensor, Scheme } from "./scheme.ts";

/**
 * The graph with integer activations; its constants are still float.
 *
 * Parameters flow forward: an operator that only moves values hands on those of its input, so that a
 * convolution and the pooling and reshape behind it share one scale.
 *
 * @throws UserError `missing-range` or `range-too-wide`, each naming every such tensor.
 */
export function quantizeActivations(graph: Graph, ranges: Ranges, scheme: Scheme): Graph {
  const parameters = new Map<TensorId, PerTensor>();
  const missing: string[] = [];
  const tooWide: string[] = [];

  const calibrated = (id: TensorId): PerTensor => {
    const { name } = tensorOf(graph, id);
    const range = rangeOf(ranges, name);
    if (range === undefined) {
      missing.push(`"${name}"`);
      return placeholder;
    }
    const quantization = scheme.activations.quantizationOf(range);
    if (!Number.isFinite(quantization.scale)) {
      tooWide.push(`"${name}": ${range.min} to ${range.max}`);
    }
    return quantization;
  };

  for (const id of graph.inputs) parameters.set(id, calibrated(id));
  for (const op of graph.ops) {
    const output = scheme.rules[op.kind]?.output;
    const [id] = op.outputs;
    if (output?.kind === "fixed") parameters.set(id, output.quantization);
    else if (output?.kind === "same-as-input") {
      parameters.set(id, parameters.get(op.inputs[0]) ?? calibrated(id));
    } else parameters.set(id, calibrated(id));
  }

  if (missing.length > 0) {
    throw new UserError("missing-range", `no usable range for ${missing.join(", ")}`, {
      hint: "Calibrate the same graph that is quantized.",
    });
  }
  if (tooWide.length > 0) {
    throw new UserError("range-too-wide", `float32 cannot hold a scale for:\n${list(tooWide)}`, {
      hint: "Normalize the inputs, or train again with a lower learning rate.",
    });
  }
  const tensors = graph.tensors.map((tensor, id): Tensor => {
    const quantization = parameters.get(id as TensorId);
    if (quantization === undefined) return tensor;
    return { ...tensor, type: scheme.activations.type, quantization };
  });
  return { ...graph, tensors };
}

/** Stands for what is reported as missing once all is looked at. */
const placeholder: PerTensor = { kind: "per-tensor", scale: 1, zeroPoint: 0 };

/** Ranges come from files too: what does not order two finite numbers counts as missing. */
function rangeOf({ tensors }: Ranges, name: string): Range | undefined {
  const range = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (range === undefined) return undefined;
  return Number.isFinite(range.min) && Number.isFinite(range.max) && range.min <= range.max
    ? range
    : undefined;
}
