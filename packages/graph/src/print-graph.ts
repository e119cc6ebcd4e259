import type { Graph } from "./graph.ts";
import { rulesOf } from "./op.ts";
import type { Tensor, TensorId } from "./tensor.ts";

/**
 * The graph as text, a line per constant and per operator:
 *
 * ```
 * graph "digits"
 * %0 = input → "image" int8 [1, 784] scale 0.00392 zero point -128
 * %1 = constant → "dense/filter" int8 [10, 784] scales[10] axis 0
 * %3 = fully-connected(input %0, filter %1, bias %2) { activation: relu } → "dense" int8 [1, 10] …
 * output %3
 * ```
 */
export function printGraph(graph: Graph): string {
  const line = (id: TensorId, source: string) =>
    `%${id} = ${source} → ${printTensor(graph.tensors[id] as Tensor)}`;
  const constants = graph.tensors.flatMap(({ data, isVariable }, id) => {
    if (data !== undefined) return [line(id as TensorId, "constant")];
    return isVariable ? [line(id as TensorId, "variable")] : [];
  });
  const ops = graph.ops.map((op) => {
    const names = rulesOf(op).inputs;
    const operands = (op.inputs as readonly (TensorId | undefined)[]).map(
      (id, i) => `${nameOf(names[i] ?? names.at(-1))} ${id === undefined ? "none" : `%${id}`}`,
    );
    const [first, ...others] = op.outputs as readonly TensorId[];
    const head = line(
      first as TensorId,
      `${op.kind}(${operands.join(", ")})${printOptions(op.options)}`,
    );
    return [head, ...others.map((id) => line(id, "…"))].join("\n");
  });
  return [
    `graph "${graph.name}"`,
    ...graph.inputs.map((id) => line(id, "input")),
    ...constants,
    ...ops,
    `output ${graph.outputs.map((id) => `%${id}`).join(", ")}`,
    "",
  ].join("\n");
}

/** Without the mark that it may repeat. */
function nameOf(operand = ""): string {
  return operand.replace(/…$/, "");
}

/** `"conv1" int8 [1, 26, 26, 8] scale 0.0027 zero point -128` */
export function printTensor({ name, type, shape, quantization }: Tensor): string {
  const text = `"${name}" ${type} [${shape.join(", ")}]`;
  if (quantization === undefined) return text;
  return quantization.kind === "per-tensor"
    ? `${text} scale ${quantization.scale} zero point ${quantization.zeroPoint}`
    : `${text} scales[${quantization.scales.length}] axis ${quantization.axis}`;
}

function printOptions(options: object): string {
  const entries = Object.entries(options).map(
    ([name, value]) => `${name}: ${Array.isArray(value) ? `[${value.join(", ")}]` : String(value)}`,
  );
  return entries.length === 0 ? "" : ` { ${entries.join(", ")} }`;
}
