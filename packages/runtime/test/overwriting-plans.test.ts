import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ElementArray, type Graph, type OpKind, presentInputs } from "@smidgen/graph";
import { findUnsupported } from "@smidgen/kernels";
import { createInterpreter, planMemory, type PlanOptions } from "@smidgen/runtime";
import { bytesOf, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { alive, anyGraph, overlaps } from "./any-graph.ts";
import { randomGraph } from "./differential/random-graph.ts";
import { steps } from "./differential/steps.ts";
import { randomInputs } from "./random-values.ts";

const kindsOfPlan: readonly PlanOptions[] = [
  { planner: "greedy", inPlace: true },
  { planner: "greedy", inPlace: true, overwriteInputs: true },
  { planner: "exact" },
  { planner: "exact", inPlace: true, overwriteInputs: true },
  { planner: "exact", overlap: true },
  { planner: "exact", overlap: true, overwriteInputs: true },
  { planner: "exact", inPlace: true, overlap: true, overwriteInputs: true },
];

const own = goldenModels(path.join(import.meta.dirname, "golden"));
const shared = goldenModels().filter(({ name }) => own.every((model) => model.name !== name));
const golden = [...own, ...shared].flatMap(({ name, model }) => {
  const graph = readTflite(model, { name });
  return findUnsupported(graph).length === 0 ? [{ name, graph }] : [];
});

/** Outputs of several runs, one after the other, so that state goes on. */
function outputsOf(
  graph: Graph,
  samples: readonly (readonly ElementArray[])[],
  options: PlanOptions,
): readonly string[] {
  const { inputs, outputs, run } = createInterpreter(graph, { plan: planMemory(graph, options) });
  return samples.flatMap((sample) => {
    for (const [i, { data }] of inputs.entries()) data.set(sample[i] as never);
    run();
    return outputs.map(({ data }) => bytesOf(data).join());
  });
}

function samplesFor(graph: Graph): readonly (readonly ElementArray[])[] {
  return [1, 2].map((seed) => randomInputs(graph, seed));
}

describe.each(kindsOfPlan)("a plan with %o", (options) => {
  test.each(golden)("computes with $name what memory for every tensor does", ({ graph }) => {
    const samples = samplesFor(graph);
    const expected = outputsOf(graph, samples, { keepIntermediates: true });
    expect(outputsOf(graph, samples, options)).toEqual(expected);
  });

  test.each(["int8", "float32"] as const)("computes the same with random graphs of %s", (type) => {
    const kinds = Object.keys(steps) as OpKind[];
    for (let seed = 1; seed <= 30; seed++) {
      const { graph, samples } = randomGraph([seed], type, kinds);
      const expected = outputsOf(graph, samples, { keepIntermediates: true });
      expect(outputsOf(graph, samples, options)).toEqual(expected);
    }
  });

  test("computes the same with networks in which values are read again", () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const samples = samplesFor(graph);
        const expected = outputsOf(graph, samples, { keepIntermediates: true });
        expect(outputsOf(graph, samples, options)).toEqual(expected);
      }),
    );
  });

  test("overwrites only what it says, and nothing that is needed again", () => {
    let overwrites = 0;
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const plan = planMemory(graph, options);
        overwrites += plan.overwrites.length;
        expect(overlaps(alive(graph, plan)).toSorted()).toEqual(
          plan.overwrites
            .map(({ input, output }) => [input, output].toSorted((a, b) => a - b))
            .map(([a, b]) => `%${a} and %${b}`)
            .toSorted(),
        );
        for (const { op, input, output } of plan.overwrites) {
          const readers = graph.ops.flatMap((reader, i) =>
            presentInputs(reader).includes(input) ? [i] : [],
          );
          expect(readers.at(-1)).toBe(op);
          expect(graph.ops[op]?.outputs).toContain(output);
          expect(graph.outputs).not.toContain(input);
          expect(graph.inputs.includes(input) && options.overwriteInputs !== true).toBe(false);
        }
      }),
    );
    const mayOverwrite = options.inPlace === true || options.overlap === true;
    expect(overwrites > 0).toBe(mayOverwrite);
  });
});

test.each(golden)("the exact plan of $name takes no more than the greedy one", ({ graph }) => {
  const arenaOf = (options: PlanOptions) => planMemory(graph, options).arenaBytes;
  const greedy = arenaOf({});
  const exact = planMemory(graph, { planner: "exact" });
  expect(exact.isProvenOptimal).toBe(true);
  expect(exact.arenaBytes).toBeLessThanOrEqual(greedy);
  for (const options of kindsOfPlan) expect(arenaOf(options)).toBeLessThanOrEqual(greedy);
  const overlapping = arenaOf({ planner: "exact", overlap: true, overwriteInputs: true });
  expect(overlapping).toBeLessThanOrEqual(exact.arenaBytes);
});

test("the CNN of the study writes over the part of its image that it has read", () => {
  const graph = golden.find(({ name }) => name === "s_cnn_c8_p_16_10")?.graph as Graph;
  // What the convolution writes has 26 × 26 × 8 = 5,408 bytes, the image 784.
  expect(planMemory(graph).arenaBytes).toBe(6_768);
  const plan = planMemory(graph, { planner: "exact", overlap: true, overwriteInputs: true });
  expect(plan).toMatchObject({ arenaBytes: 5_472, isProvenOptimal: true });
});

test("overlaps are refused to the greedy planner", () => {
  const [{ graph }] = golden as [(typeof golden)[0]];
  expect(() => planMemory(graph, { overlap: true })).toThrow(
    expect.objectContaining({ code: "invalid-options" }),
  );
});
