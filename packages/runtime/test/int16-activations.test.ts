import { describe, expect, test } from "vitest";
import { type Graph, graphBuilder } from "@smidgen/graph";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { compareRuns, differences } from "./compare-runs.ts";
import { addFilterOp, type FilterOp, type FilterTypes } from "./filter-cases.ts";
import { randomValues } from "./random-values.ts";

const int64 = { activations: "int16", weights: "int8", bias: "int64" } as const;
const int32 = { ...int64, bias: "int32", hasBias: true } as const;
const kinds = [
  "fully-connected",
  "conv-2d",
  "depthwise-conv-2d",
  "transpose-conv",
] as const satisfies FilterOp[];

/** Operators of random sizes side by side. */
function graphOf(kind: FilterOp, types: FilterTypes): Graph {
  const b = graphBuilder(kind);
  const random = randomValues(1);
  const isConvolution = kind === "conv-2d" || kind === "depthwise-conv-2d";
  // The official convolutions take none without a bias.
  const all = isConvolution ? { ...types, hasBias: true } : types;
  return b.build(
    Array.from({ length: 60 }, (_, i) => addFilterOp(b, `case ${i}`, kind, all, random)),
  );
}

describe("LiteRT computes with single rounding as ours does, exactly", () => {
  const load = loadLiteRt;

  test.each(kinds)("%s with a bias of int64, or with none", async (kind) => {
    expect(differences(await compareRuns(graphOf(kind, int64), { load }))).toEqual([]);
  });

  test.each(["fully-connected", "conv-2d", "transpose-conv"] as const)(
    "%s with a bias of int32",
    async (kind) => {
      expect(differences(await compareRuns(graphOf(kind, int32), { load }))).toEqual([]);
    },
  );
});

/** Its kernels are those that TensorFlow Lite Micro has; what has no bias it sums in 32 bits. */
describe("TensorFlow Lite computes with double rounding as ours does, exactly", () => {
  test.each(kinds)("%s with a bias of int64", async (kind) => {
    // It knows no activation inside a transposed convolution.
    const types =
      kind === "transpose-conv"
        ? ({ ...int64, hasBias: true, activation: "none" } as const)
        : ({ ...int64, hasBias: true } as const);
    const load = loadTfliteRuntime;
    const compared = await compareRuns(graphOf(kind, types), { load, rounding: "double" });
    expect(differences(compared)).toEqual([]);
  });
});
