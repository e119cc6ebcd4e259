import { UserError } from "@smidgen/errors";
import { elementCount, type Graph, tensorOf } from "@smidgen/graph";
import type { Sample, SampleArray } from "./calibration/sample.ts";
import type { NumberArray } from "./read-npy.ts";

/**
 * Samples from arrays that hold them one after the other, an array for each input: [samples, …input]. A dimension of 1 in
 * front of the input's others may be there or not. Views, not copies; `at most` so many if told.
 *
 * @throws UserError `wrong-sample`, if an array does not divide into inputs, or the arrays hold different numbers of them.
 */
export function* arraySamples(
  graph: Graph,
  arrays: readonly NumberArray[],
  atMost = Infinity,
): Iterable<Sample> {
  const inputs = graph.inputs.map((id) => tensorOf(graph, id));
  if (arrays.length !== inputs.length) {
    throw new UserError(
      "wrong-sample",
      `there are ${arrays.length} arrays; the network has ${inputs.length} inputs`,
      { hint: `In this order: ${inputs.map(({ name }) => `"${name}"`).join(", ")}.` },
    );
  }
  const counts = arrays.map(({ shape, data }, i) => {
    const { name, shape: inputShape } = inputs[i] as (typeof inputs)[number];
    const size = elementCount(inputShape);
    const [count = 1, ...rest] = elementCount(shape) === size ? [1, ...shape] : shape;
    if (count * size !== data.length) {
      throw new UserError(
        "wrong-sample",
        `an array of [${shape.join(", ")}] does not hold inputs of "${name}" [${inputShape.join(", ")}]: ${rest.length === 0 ? 1 : elementCount(rest)} numbers each, not ${size}`,
        { hint: "Its first dimension counts samples." },
      );
    }
    return count;
  });
  if (new Set(counts).size > 1) {
    throw new UserError("wrong-sample", `the arrays hold ${counts.join(", ")} samples`, {
      hint: "Give as many for each input.",
    });
  }
  for (let sample = 0; sample < Math.min(counts[0] ?? 0, atMost); sample++) {
    yield arrays.map(({ data }, i): SampleArray => {
      const size = elementCount((inputs[i] as (typeof inputs)[number]).shape);
      return data.subarray(sample * size, (sample + 1) * size);
    });
  }
}
