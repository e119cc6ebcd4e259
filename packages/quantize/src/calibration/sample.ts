import { UserError } from "@smidgen/errors";
import type { TensorView } from "@smidgen/runtime";

/** What one inference takes: an array for the only input, or one for each. */
export type Sample = SampleArray | readonly SampleArray[];

/** Floats, or positions for an input of int32. */
export type SampleArray = Float32Array | Int32Array;

/** @throws UserError `wrong-sample`, saying which sample does not fit, and how. */
export function setInputs(inputs: readonly TensorView[], sample: Sample, position: number): void {
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
    // Bytes would be taken for pixels between 0 and 1.
    if (value.constructor !== data.constructor) {
      const expected = `"${name}" takes ${data.constructor.name}`;
      throw wrongSample(position, `holds ${value.constructor.name} where ${expected}`);
    }
    (data as Float32Array).set(value);
  }
}

function wrongSample(position: number, text: string): UserError {
  return new UserError("wrong-sample", `sample ${position} ${text}`, {
    hint: "Samples are prepared like the examples that the network was trained on.",
  });
}
