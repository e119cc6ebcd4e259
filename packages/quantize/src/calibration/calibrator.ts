import { UserError } from "@smidgen/errors";
import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import type { Ranges } from "../ranges.ts";
import { requireFiniteConstants, requireFloatValues } from "../require-float.ts";
import type { CalibrationOptions } from "../calibrate.ts";
import { checkedMethod, describeMethod } from "./calibration-method.ts";
import { createLstmTracer } from "./lstm-tracer.ts";
import { createRangeObserver, type RangeObserver } from "./range-observer.ts";
import { type Sample, setInputs } from "./sample.ts";

/** Takes samples one by one. */
export interface Calibrator {
  /** @throws UserError `wrong-sample` or `not-finite` */
  readonly add: (sample: Sample) => void;
  readonly count: () => number;
  /** @throws UserError `no-samples` */
  readonly ranges: () => Ranges;
}

/** @throws UserError `not-finite`, `not-a-float-graph`, `ambiguous-names` or `invalid-method`, see `calibrate`. */
export function createCalibrator(
  graph: Graph,
  { method = { kind: "min-max" }, resetState = false }: CalibrationOptions,
): Calibrator {
  checkedMethod(method);
  requireFloatValues(graph);
  requireFiniteConstants(graph);
  const interpreter = createInterpreter(graph, { keepIntermediates: true });
  const tracers = graph.ops.flatMap((op) =>
    op.kind === "unidirectional-sequence-lstm" ? [createLstmTracer(op, graph)] : [],
  );
  const traced = new Set(tracers.flatMap(({ states }) => states.map(({ id }) => id)));
  const variables = graph.tensors.flatMap(({ isVariable }, id) =>
    isVariable && !traced.has(id as TensorId) ? [id as TensorId] : [],
  );
  const outputs = graph.ops.flatMap((op): readonly TensorId[] => op.outputs);
  const watched = [...graph.inputs, ...outputs, ...variables]
    .filter((id) => tensorOf(graph, id).type === "float32")
    .map((id) => ({ view: interpreter.tensor(id), observer: createRangeObserver(method) }));
  const states = tracers.map(({ states: views }) =>
    views.map((view) => ({ view, observer: createRangeObserver(method) })),
  );
  const all = [...watched, ...states.flat()];
  requireDistinctNames(all.map(({ view }) => view.name));
  let count = 0;
  return {
    add(sample) {
      setInputs(interpreter.inputs, sample, count);
      if (resetState) interpreter.reset();
      interpreter.run();
      for (const { view, observer } of watched) {
        see(observer, view.name, view.data as Float32Array, count);
      }
      for (const [i, tracer] of tracers.entries()) {
        if (resetState) tracer.reset();
        tracer.run(interpreter.tensor(tracer.inputId).data as Float32Array, () => {
          for (const { view, observer } of states[i] ?? []) {
            see(observer, view.name, view.data as Float32Array, count);
          }
        });
      }
      count++;
    },
    count: () => count,
    ranges() {
      if (count === 0) {
        throw new UserError("no-samples", `there is no sample to calibrate "${graph.name}" with`, {
          hint: "Give it some inputs like those that the network will see.",
        });
      }
      return {
        samples: count,
        method: describeMethod(method),
        tensors: Object.fromEntries(all.map(({ view, observer }) => [view.name, observer.range()])),
      };
    },
  };
}

/** Float kernels limit their results to this, so that an overflow shows as exactly as much. */
const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

function see(observer: RangeObserver, name: string, values: Float32Array, position: number): void {
  for (const value of values) {
    if (!(Math.abs(value) < largestFloat32)) {
      const what = Number.isNaN(value) ? "holds NaN" : "overflows float32";
      throw new UserError("not-finite", `"${name}" ${what} in sample ${position}`, {
        hint: "Look at this sample, and at how the inputs are scaled.",
      });
    }
  }
  observer.see(values);
}

function requireDistinctNames(names: readonly string[]): void {
  const seen = new Set<string>();
  const repeated = new Set(names.filter((name) => seen.size === seen.add(name).size));
  if (repeated.size === 0) return;
  const listed = [...repeated].map((name) => `"${name}"`).join(", ");
  throw new UserError("ambiguous-names", `several tensors are called ${listed}`, {
    hint: "Give each tensor a name of its own, as withDistinctNames does: ranges are kept by name.",
  });
}
