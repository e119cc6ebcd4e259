import { elementCount, type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { requireSupported } from "./requirements.ts";

/** An operator that makes one element of many along some dimensions. */
export interface ReductionOp {
  readonly inputs: readonly [input: TensorId, axes: TensorId];
  readonly outputs: readonly [output: TensorId];
}

/**
 * Which input elements make up each output. Dimensions that lie side by side and share a fate are merged;
 * two that are kept and two that are reduced are left, outermost first.
 */
export type ReductionGeometry = {
  readonly keptExtents: Int32Array; // [2]
  readonly keptSteps: Int32Array; // [2] elements
  readonly reducedExtents: Int32Array; // [2]
  readonly reducedSteps: Int32Array; // [2] elements
};

/** @throws UserError `unsupported-operator`, if more dimensions are left. */
export function reductionGeometry({ inputs }: ReductionOp, graph: Graph): ReductionGeometry {
  const { shape } = tensorOf(graph, inputs[0]);
  const axes = tensorOf(graph, inputs[1]).data as Int32Array;
  const reduced = new Set(Array.from(axes, (axis) => (axis < 0 ? axis + shape.length : axis)));
  const groups: Group[] = [];
  for (const [axis, extent] of shape.entries()) {
    if (extent === 1) continue;
    const isReduced = reduced.has(axis);
    const step = elementCount(shape.slice(axis + 1));
    const outer = groups.at(-1);
    if (outer?.isReduced === isReduced) {
      groups.splice(-1, 1, { extent: outer.extent * extent, step, isReduced });
    } else {
      groups.push({ extent, step, isReduced });
    }
  }
  const kept = twoOf(groups.filter(({ isReduced }) => !isReduced));
  const gone = twoOf(groups.filter(({ isReduced }) => isReduced));
  return {
    keptExtents: Int32Array.from(kept, ({ extent }) => extent),
    keptSteps: Int32Array.from(kept, ({ step }) => step),
    reducedExtents: Int32Array.from(gone, ({ extent }) => extent),
    reducedSteps: Int32Array.from(gone, ({ step }) => step),
  };
}

interface Group {
  readonly extent: number;
  readonly step: number;
  readonly isReduced: boolean;
}

function twoOf(groups: readonly Group[]): readonly Omit<Group, "isReduced">[] {
  requireSupported(
    groups.length <= 2,
    `kept and reduced dimensions alternate more often than is supported`,
    "Reduce dimensions that lie side by side, or transpose first.",
  );
  const none = { extent: 1, step: 0 };
  return [none, none, ...groups].slice(-2);
}

/** How many input elements make up each output. */
export function elementsPerOutput({ inputs, outputs }: ReductionOp, graph: Graph): number {
  return (
    elementCount(tensorOf(graph, inputs[0]).shape) / elementCount(tensorOf(graph, outputs[0]).shape)
  );
}
