import { describe, expect, test } from "vitest";
import { graphBuilder } from "@smidgen/graph";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { compareRuns, differences } from "./compare-runs.ts";
import { addFilterOp, type FilterOp, type FilterTypes } from "./filter-cases.ts";
import { randomValues } from "./random-values.ts";

const int8 = { activations: "int8", weights: "int8", bias: "int32", hasBias: false } as const;

function graphOf(kind: FilterOp, types: FilterTypes) {
  const b = graphBuilder(kind);
  const random = randomValues(2);
  return b.build(
    Array.from({ length: 60 }, (_, i) => addFilterOp(b, `case ${i}`, kind, types, random)),
  );
}

describe.each([
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
])("$runtime", ({ load }) => {
  /** XNNPACK leaves them to a kernel that rounds twice. */
  test("computes depthwise convolutions without a bias as ours does with single rounding", async () => {
    const graph = graphOf("depthwise-conv-2d", int8);
    expect(differences(await compareRuns(graph, { load }))).toEqual([]);
  });

  test("computes fully-connected layers without a bias as ours does with single rounding", async () => {
    const graph = graphOf("fully-connected", { ...int8, isPerChannel: false });
    expect(differences(await compareRuns(graph, { load }))).toEqual([]);
  });
});
