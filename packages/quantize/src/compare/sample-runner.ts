import { UserError } from "@smidgen/errors";
import { elementTypes, type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { createInterpreter, dequantize, quantizeInto, type TensorView } from "@smidgen/runtime";
import type { Sample, SampleArray } from "../calibration/sample.ts";
import type { StorableRange } from "./error-statistics.ts";

/** A graph that takes real numbers and shows any of its tensors as real numbers, whatever it stores. */
export interface SampleRunner {
  readonly graph: Graph;
  /** One inference. `position` is what messages call the sample. */
  readonly run: (sample: Sample, position: number) => void;
  /** One inference on what `valueOf` gives for each input. */
  readonly runOn: (valueOf: (input: TensorId) => ArrayLike<number>) => void;
  /** A computed tensor after a run: a view of it if it is float, else a copy. */
  readonly real: (id: TensorId) => Float32Array;
}

/** @throws UserError `unsupported-operator`, listing every operator that no kernel computes. */
export function sampleRunner(graph: Graph): SampleRunner {
  const { inputs, run, tensor } = createInterpreter(graph, { keepIntermediates: true });
  return {
    graph,
    run(sample, position) {
      const arrays = arraysOf(sample);
      if (arrays.length !== inputs.length) {
        throw wrongSample(
          position,
          `has ${arrays.length} arrays; the network has ${inputs.length} inputs`,
        );
      }
      for (const [i, view] of inputs.entries()) {
        const array = arrays[i] as SampleArray;
        if (array.length !== view.data.length) {
          const expected = `"${view.name}" [${view.shape.join(", ")}] takes ${view.data.length}`;
          throw wrongSample(position, `has ${array.length} numbers where ${expected}`);
        }
        const wrong = array.findIndex((value) => !Number.isFinite(value));
        if (wrong !== -1) throw notFinite(position, view.name, wrong, array[wrong] as number);
        setReal(view, array);
      }
      run();
    },
    runOn(valueOf) {
      for (const view of inputs) setReal(view, valueOf(view.id));
      run();
    },
    real: (id) => realOf(tensor(id)),
  };
}

/** The sample as one array for each input. */
function arraysOf(sample: Sample): readonly SampleArray[] {
  return Array.isArray(sample) ? (sample as readonly SampleArray[]) : [sample as SampleArray];
}

/** Copies, so that samples from a generator that fills one buffer again and again can be gone through twice. */
export function keptSamples(samples: Iterable<Sample>): readonly Sample[] {
  return Array.from(samples, (sample) => arraysOf(sample).map((array) => array.slice()));
}

/** What a quantized tensor can hold, in real numbers; nothing for others. */
export function storableRange(graph: Graph, id: TensorId): StorableRange | undefined {
  const { type, quantization } = tensorOf(graph, id);
  const { range } = elementTypes[type];
  if (range === undefined || quantization?.kind !== "per-tensor") return undefined;
  const { scale, zeroPoint } = quantization;
  return {
    min: (range[0] - zeroPoint) * scale,
    max: (range[1] - zeroPoint) * scale,
    step: scale,
  };
}

/** Floats and quantized tensors take real numbers; positions and truth values are what they are. */
function setReal(view: TensorView, values: ArrayLike<number>): void {
  if (view.type === "float32" || view.quantization !== undefined) quantizeInto(view, values);
  else (view.data as Int32Array).set(values);
}

function realOf(view: TensorView): Float32Array {
  if (view.type === "float32") return view.data as Float32Array;
  if (view.quantization !== undefined) return dequantize(view);
  return Float32Array.from(view.data as Int32Array, Number);
}

function notFinite(position: number, input: string, element: number, value: number): UserError {
  return new UserError(
    "not-finite",
    `sample ${position} has ${value} as element ${element} of "${input}"`,
    { hint: "Look at this sample, and at how the inputs are scaled." },
  );
}

function wrongSample(position: number, text: string): UserError {
  return new UserError("wrong-sample", `sample ${position} ${text}`, {
    hint: "Samples are prepared like the examples that the network was trained on.",
  });
}
