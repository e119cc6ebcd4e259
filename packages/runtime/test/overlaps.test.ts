import { describe, expect, test } from "vitest";
import { type ElementArray, type Graph, graphBuilder, type OpKind } from "@smidgen/graph";
import { prepareSteps, type Rounding } from "@smidgen/kernels";
import * as arithmetic from "./arithmetic-cases.ts";
import { randomGraph } from "./differential/random-graph.ts";
import { steps } from "./differential/steps.ts";
import { addFilterOp, type FilterOp, type FilterTypes } from "./filter-cases.ts";
import * as movement from "./movement-cases.ts";
import { judgeOverlaps, type OverlapVerdict } from "./overlapped.ts";
import { randomInputs, randomValues } from "./random-values.ts";

const profiles: readonly Rounding[] = ["double", "single"];

function judge(graph: Graph, inputs: readonly ElementArray[]): readonly OverlapVerdict[] {
  return profiles.flatMap((rounding) => judgeOverlaps(graph, inputs, rounding));
}

const wrongOnes = (verdicts: readonly OverlapVerdict[]) =>
  verdicts.filter(({ isRight }) => !isRight);

describe("an output that reaches into an input as far as its step says is computed all the same", () => {
  const kinds = Object.keys(steps) as OpKind[];

  test.each(["int8", "float32"] as const)(
    "by every operator of random graphs of %s, and one element further is often too far",
    (type) => {
      const verdicts = Array.from({ length: 40 }, (_, i) => {
        const seeds = Array.from({ length: 5 }, (__, j) => 1 + 5 * i + j);
        const { graph, samples } = randomGraph(seeds, type, kinds);
        return judge(graph, samples[0] as (typeof samples)[0]);
      }).flat();
      expect(wrongOnes(verdicts)).toEqual([]);
      const neverLeast = new Set(verdicts.map(({ kind }) => kind));
      for (const { kind, isLeast } of verdicts) if (isLeast) neverLeast.delete(kind);
      // In TypeScript these copy as if through a buffer.
      expect([...neverLeast].toSorted()).toEqual(["expand-dims", "reshape", "squeeze"]);
    },
  );

  const filterOps = ["fully-connected", "conv-2d", "depthwise-conv-2d", "transpose-conv"] as const;
  const filterTypes: readonly FilterTypes[] = [
    { activations: "float32", weights: "float32", bias: "float32" },
    { activations: "float32", weights: "int8", bias: "float32" },
    { activations: "int8", weights: "int8", bias: "int32" },
    { activations: "int16", weights: "int8", bias: "int64" },
  ];
  const filters = filterOps.flatMap((kind: FilterOp) =>
    filterTypes.map((types) => ({ kind, types })),
  );
  // There is no transposed convolution of floats with int8 weights.
  const known = filters.filter(
    ({ kind, types }) => kind !== "transpose-conv" || types !== filterTypes[1],
  );

  test.each(known)("by $kind of random sizes, $types", ({ kind, types }) => {
    const b = graphBuilder(kind);
    const random = randomValues(1);
    const cases = Array.from({ length: 60 }, (_, i) => addFilterOp(b, `${i}`, kind, types, random));
    const graph = b.build(cases);
    const verdicts = judge(graph, randomInputs(graph, 2));
    expect(verdicts.length).toBeGreaterThanOrEqual(60);
    expect(wrongOnes(verdicts)).toEqual([]);
  });

  const movements = [
    "pad",
    "concatenation",
    "pack",
    "split",
    "unpack",
    "slice",
    "strided-slice",
  ] as const;
  const others = ["transpose", "resize-nearest-neighbor", "resize-bilinear", "cast"] as const;
  test.each([...movements, ...others])("by %s of random shapes", (kind) => {
    const cases = movement.drawCases(kind, "float32");
    const verdicts = judge(movement.graphOfCases(cases), movement.inputsOfCases(cases));
    expect(verdicts.length).toBeGreaterThan(0);
    expect(wrongOnes(verdicts)).toEqual([]);
  });

  const ofTwo = ["add", "mul", "prelu"] as const;
  const ofOne = ["average-pool-2d", "max-pool-2d", "softmax", "relu", "quantize"] as const;
  test.each([...ofTwo, ...ofOne])("by %s of int16, broadcast or not", (kind) => {
    const cases = arithmetic.drawCases(kind, "int16");
    const inputs = arithmetic.inputsOfCases(cases);
    const verdicts = judgeOverlaps(arithmetic.graphOfCases(cases), inputs);
    expect(verdicts.length).toBeGreaterThan(0);
    expect(wrongOnes(verdicts)).toEqual([]);
  });
});

test("distances are the same in every profile, but where a profile reads other cells", () => {
  const kinds = Object.keys(steps) as OpKind[];
  for (let seed = 1; seed <= 100; seed++) {
    const { graph } = randomGraph([seed], "int8", kinds);
    const [double, single] = profiles.map((rounding) =>
      prepareSteps(graph, { rounding })
        .map(({ overlaps }) => overlaps)
        .filter((_, op) => graph.ops[op]?.kind !== "resize-bilinear"),
    );
    expect(double).toEqual(single);
  }
});

test("operators that read all of their input for each result share no memory with it", () => {
  const b = graphBuilder("sums");
  const x = b.input("x", { type: "float32", shape: [1, 40] });
  const data = new Float32Array(800);
  const filter = b.constant("filter", { type: "float32", shape: [20, 40], data });
  const options = { activation: "none", keepNumDims: false } as const;
  const output = { name: "y", type: "float32" } as const;
  const graph = b.build([b.op("fully-connected", [x, filter, undefined], options, output)]);
  const [verdict] = judgeOverlaps(graph, randomInputs(graph, 1));
  expect(verdict?.distanceBytes).toBe(19 * 4);
});
