import {
  type ElementArray,
  elementCount,
  elementTypes,
  type Graph,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { type Overlap, prepareSteps, type Rounding, type Step } from "@smidgen/kernels";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf } from "@smidgen/testing";

/** One output that shares memory with an input, beside what the operator computes with memory for both. */
export interface OverlapVerdict {
  readonly kind: string;
  readonly op: number;
  readonly distanceBytes: number;
  readonly isRight: boolean;
  /** Whether something else comes out where the output begins one element higher. */
  readonly isLeast: boolean;
}

/** Runs each operator of a graph on its own, for each of its overlaps, with an output that reaches into an input. */
export function judgeOverlaps(
  graph: Graph,
  inputs: readonly ElementArray[],
  rounding: Rounding = "double",
): readonly OverlapVerdict[] {
  const interpreter = createInterpreter(graph, { rounding, keepIntermediates: true });
  for (const [i, { data }] of interpreter.inputs.entries()) data.set(inputs[i] as never);
  interpreter.run();
  const valueOf = (id: TensorId) => interpreter.tensor(id).data;
  return prepareSteps(graph, { rounding }).flatMap((step, op) =>
    (step.overlaps ?? [])
      .filter(({ input }) => tensorOf(graph, input).data === undefined)
      .map((overlap) => {
        const elementBytes = valueOf(overlap.output).BYTES_PER_ELEMENT;
        const above = { ...overlap, distanceBytes: overlap.distanceBytes - elementBytes };
        return {
          kind: graph.ops[op]?.kind ?? "",
          op,
          distanceBytes: overlap.distanceBytes,
          isRight: isRightWith(overlap, step, graph, valueOf),
          isLeast: !isRightWith(above, step, graph, valueOf),
        };
      }),
  );
}

function isRightWith(
  { input, output, distanceBytes }: Overlap,
  step: Step,
  graph: Graph,
  valueOf: (id: TensorId) => ElementArray,
): boolean {
  const [a, b] = [valueOf(input), valueOf(output)];
  // Both are moved up by as much as it takes for the lower one not to begin below 0, and to be aligned.
  const distance = Math.ceil(distanceBytes / a.BYTES_PER_ELEMENT) * a.BYTES_PER_ELEMENT;
  const outputStart = Math.max(0, Math.ceil(-distance / 8) * 8);
  const inputStart = outputStart + distance;
  const memory = new ArrayBuffer(outputStart + Math.max(b.byteLength, distance + a.byteLength));
  const place = (id: TensorId, start: number) => {
    const { type, shape } = tensorOf(graph, id);
    return new elementTypes[type].array(memory, start, elementCount(shape));
  };
  const views = new Map(
    [...step.reads, ...step.writes].map((id) => [
      id,
      valueOf(id).slice() as Int8Array<ArrayBuffer>,
    ]),
  );
  views.set(input, place(input, inputStart) as Int8Array<ArrayBuffer>);
  views.set(output, place(output, outputStart) as Int8Array<ArrayBuffer>);
  views.get(input)?.set(a as Int8Array);
  const scratch = new Uint8Array(step.scratchBytes);
  step.bind({ tensor: (id) => views.get(id) as ElementArray, scratch })();
  return bytesOf(views.get(output) as Int8Array).every((byte, i) => byte === bytesOf(b)[i]);
}
