import { UserError } from "@smidgen/errors";
import { type Graph, tensorOf } from "@smidgen/graph";
import { createInterpreter, type TensorView } from "@smidgen/runtime";
import type { Ranges } from "./ranges.ts";
import { requireFiniteConstants, requireFloatValues } from "./require-float.ts";

/** What one inference takes: an array for the only input, or one for each. */
export type Sample = SampleArray | readonly SampleArray[];

/** Floats, or positions for an input of int32. */
export type SampleArray = Float32Array | Int32Array;

/**
 * The smallest and largest value of every float tensor that is computed, inputs included, over all samples.
 *
 * `samples` is gone through once, so that it may be a generator that never holds more than one. A few hundred
 * that are like what the network will see are usual; their order does not matter.
 *
 * @throws UserError `no-samples`; `wrong-sample`, if a sample does not fit the inputs; `not-finite`, naming the
 * sample and the first tensor that holds NaN or overflows, or the constants that do; `not-a-float-graph`;
 * `ambiguous-names`, if two tensors share a name, which is what ranges are kept by.
 */
export function calibrate(graph: Graph, samples: Iterable<Sample>): Ranges {
  requireFloatValues(graph);
  requireFiniteConstants(graph);
  const interpreter = createInterpreter(graph, { keepIntermediates: true });
  const watched = [...graph.inputs, ...graph.ops.flatMap(({ outputs }) => outputs)]
    .filter((id) => tensorOf(graph, id).type === "float32")
    .map((id) => ({
      view: interpreter.tensor(id),
      range: { min: Infinity, max: -Infinity },
    }));
  requireDistinctNames(watched.map(({ view }) => view.name));
  let count = 0;
  for (const sample of samples) {
    setInputs(interpreter.inputs, sample, count);
    interpreter.run();
    for (const { view, range } of watched) widen(range, view, count);
    count++;
  }
  if (count === 0) {
    throw new UserError("no-samples", `there is no sample to calibrate "${graph.name}" with`, {
      hint: "Give it some inputs like those that the network will see.",
    });
  }
  const tensors = Object.fromEntries(watched.map(({ view, range }) => [view.name, range]));
  return { samples: count, tensors };
}

function setInputs(inputs: readonly TensorView[], sample: Sample, position: number): void {
  const values = Array.isArray(sample)
    ? (sample as readonly SampleArray[])
    : [sample as SampleArray];
  if (values.length !== inputs.length) {
    throw wrongSample(
      position,
      `has ${values.length} arrays; the network has ${inputs.length} inputs`,
    );
  }
  for (const [i, { name, shape, data }] of inputs.entries()) {
    const value = values[i] as SampleArray;
    if (value.length !== data.length) {
      const expected = `"${name}" [${shape.join(", ")}] takes ${data.length}`;
      throw wrongSample(position, `has ${value.length} numbers where ${expected}`);
    }
    if (value.constructor !== data.constructor) {
      const expected = `"${name}" takes ${data.constructor.name}`;
      throw wrongSample(position, `holds ${value.constructor.name} where ${expected}`);
    }
    (data as SampleArray).set(value);
  }
}

function wrongSample(position: number, text: string): UserError {
  return new UserError("wrong-sample", `sample ${position} ${text}`, {
    hint: "Samples are prepared like the examples that the network was trained on.",
  });
}

/** Float kernels limit their results to this, so that an overflow shows as exactly as much. */
const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

function widen(range: { min: number; max: number }, { name, data }: TensorView, position: number) {
  let { min, max } = range;
  for (const value of data as Float32Array) {
    if (!(Math.abs(value) < largestFloat32)) {
      const what = Number.isNaN(value) ? "holds NaN" : "overflows float32";
      throw new UserError("not-finite", `"${name}" ${what} in sample ${position}`, {
        hint: "Look at this sample, and at how the inputs are scaled.",
      });
    }
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Adding 0 turns −0, which JSON does not know, into 0.
  range.min = min + 0;
  range.max = max + 0;
}

function requireDistinctNames(names: readonly string[]): void {
  const repeated = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  if (repeated.size === 0) return;
  const listed = [...repeated].map((name) => `"${name}"`).join(", ");
  throw new UserError("ambiguous-names", `several tensors are called ${listed}`, {
    hint: "Give each tensor a name of its own: ranges are kept by name.",
  });
}
