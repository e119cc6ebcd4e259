import { UserError } from "@smidgen/errors";
import { type Graph, presentInputs } from "./graph.ts";
import { type Op, rulesOf } from "./op.ts";
import {
  elementCount,
  elementTypes,
  isConstant,
  type Shape,
  type Tensor,
  type TensorId,
} from "./tensor.ts";

export interface GraphProblem {
  /** `tensor %3 "c1"` or `operator 2 (conv-2d)` */
  readonly place: string;
  readonly text: string;
}

/**
 * Checks what every stage may take for granted: positions exist, shapes follow from the operators, constants
 * have the announced size and type, quantization is well-formed, and every tensor is written once before it
 * is read.
 *
 * @throws UserError `invalid-graph`, listing every rule that is broken and where.
 */
export function verifyGraph(graph: Graph): void {
  const problems = findGraphProblems(graph);
  if (problems.length === 0) return;
  const list = problems.map(({ place, text }) => `- ${place}: ${text}`).join("\n");
  const count = problems.length === 1 ? "a rule" : `${problems.length} rules`;
  throw new UserError("invalid-graph", `graph "${graph.name}" breaks ${count}:\n${list}`);
}

/** Every broken rule of `verifyGraph`; empty for a good graph. */
export function findGraphProblems(graph: Graph): readonly GraphProblem[] {
  const tensorProblems = graph.tensors.flatMap((tensor, id) =>
    [...brokenTensorRules(tensor)].map((text) => ({ place: nameOf(tensor, id), text })),
  );
  const positionProblems = findPositionProblems(graph);
  // Shapes and order mean nothing while positions point nowhere.
  if (positionProblems.length > 0) return [...tensorProblems, ...positionProblems];
  return [...tensorProblems, ...findOrderProblems(graph), ...findShapeProblems(graph)];
}

function nameOf(tensor: Tensor | undefined, id: number): string {
  return `tensor %${id} "${tensor?.name ?? ""}"`;
}

function placeOf(op: Op, index: number): string {
  return `operator ${index} (${op.kind})`;
}

function* brokenTensorRules({
  type,
  shape,
  quantization,
  data,
  isVariable,
}: Tensor): Iterable<string> {
  if (!shape.every((size) => Number.isInteger(size) && size > 0)) {
    yield `shape [${shape.join(", ")}] has a dimension that is not a positive integer`;
    return;
  }
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count)) yield `shape [${shape.join(", ")}] is too large`;
  const { array, range } = elementTypes[type];
  if (data !== undefined && !(data instanceof array))
    yield `data of ${type} must be in ${array.name}`;
  if (data !== undefined && data.length !== count) {
    yield `data has ${data.length} elements, shape [${shape.join(", ")}] has ${count}`;
  }
  if (isVariable && data !== undefined) yield "a variable tensor cannot be a constant";
  if (quantization === undefined) return;
  if (range === undefined) {
    yield `${type} cannot be quantized`;
    return;
  }
  if (quantization.kind === "per-tensor") {
    const { scale, zeroPoint } = quantization;
    if (!isScale(scale)) yield `scale is ${scale}; it must be a positive float32`;
    if (!Number.isInteger(zeroPoint) || zeroPoint < range[0] || zeroPoint > range[1]) {
      yield `zero point ${zeroPoint} is outside ${type}`;
    }
    return;
  }
  const { axis, scales } = quantization;
  if (scales.length !== shape[axis]) {
    yield `${scales.length} scales for ${shape[axis] ?? "no"} slices along axis ${axis}`;
  }
  const wrong = scales.findIndex((scale) => !isScale(scale));
  if (wrong !== -1) yield `scale ${wrong} is ${scales[wrong]}; it must be a positive float32`;
}

function isScale(scale: number): boolean {
  return Number.isFinite(scale) && scale > 0 && Math.fround(scale) === scale;
}

function findPositionProblems({ tensors, ops, inputs, outputs }: Graph): readonly GraphProblem[] {
  const missing = (ids: readonly TensorId[], place: string, role: string) =>
    ids
      .filter((id) => tensors[id] === undefined)
      .map((id) => ({ place, text: `${role} %${id} does not exist` }));
  return [
    ...missing(inputs, "graph", "input"),
    ...missing(outputs, "graph", "output"),
    ...ops.flatMap((op, index) => {
      const place = placeOf(op, index);
      const given = op.inputs.length;
      const rules = rulesOf(op);
      const expected = rules.inputs.length;
      const repeats = rules.inputs.at(-1)?.endsWith("…") ?? false;
      const operands =
        given === expected || (repeats && given > expected)
          ? []
          : [{ place, text: `has ${given} operands, ${expected} expected` }];
      return [
        ...operands,
        ...missing(presentInputs(op), place, "operand"),
        ...missing(op.outputs, place, "output"),
      ];
    }),
  ];
}

function findOrderProblems({ tensors, ops, inputs, outputs }: Graph): readonly GraphProblem[] {
  const problems: GraphProblem[] = [];
  const written = new Set<TensorId>();
  const isReadable = (id: TensorId) => {
    const tensor = tensors[id];
    return written.has(id) || tensor?.data !== undefined || tensor?.isVariable === true;
  };
  for (const id of inputs) {
    const place = nameOf(tensors[id], id);
    if (written.has(id)) problems.push({ place, text: "is an input twice" });
    if (isConstant(tensors[id] as Tensor))
      problems.push({ place, text: "is an input and a constant" });
    written.add(id);
  }
  for (const [index, op] of ops.entries()) {
    const place = placeOf(op, index);
    for (const id of presentInputs(op)) {
      if (!isReadable(id)) {
        problems.push({ place, text: `reads ${nameOf(tensors[id], id)} before it is written` });
      }
    }
    for (const id of op.outputs) {
      const tensor = tensors[id] as Tensor;
      if (written.has(id)) problems.push({ place, text: `writes ${nameOf(tensor, id)} again` });
      if (isConstant(tensor))
        problems.push({ place, text: `writes the constant ${nameOf(tensor, id)}` });
      if (tensor.isVariable)
        problems.push({ place, text: `writes the variable ${nameOf(tensor, id)}` });
      written.add(id);
    }
  }
  if (outputs.length === 0) problems.push({ place: "graph", text: "has no output" });
  for (const id of outputs) {
    if (!isReadable(id))
      problems.push({ place: nameOf(tensors[id], id), text: "is an output that nothing writes" });
  }
  return problems;
}

function findShapeProblems({ tensors, ops }: Graph): readonly GraphProblem[] {
  return ops.flatMap((op, index) => {
    const place = placeOf(op, index);
    try {
      const shapes = rulesOf(op).outputShapes(op, tensors);
      if (shapes.length !== op.outputs.length) {
        return [{ place, text: `has ${op.outputs.length} outputs, ${shapes.length} expected` }];
      }
      return (op.outputs as readonly TensorId[]).flatMap((id, i) => {
        const declared = (tensors[id] as Tensor).shape;
        const inferred = shapes[i] as Shape;
        return declared.join() === inferred.join()
          ? []
          : [
              {
                place,
                text: `${nameOf(tensors[id], id)} has shape [${declared.join(", ")}], its operands make it [${inferred.join(", ")}]`,
              },
            ];
      });
    } catch (error) {
      if (error instanceof UserError) return [{ place, text: error.message }];
      throw error;
    }
  });
}
