import { describe, expect, test } from "vitest";
import { graphBuilder } from "@smidgen/graph";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { compareRuns, differences } from "./compare-runs.ts";
import { addFilterOp, type FilterTypes } from "./filter-cases.ts";
import { randomValues } from "./random-values.ts";

/** Transposed convolutions of random sizes side by side. */
function graphOf(types: FilterTypes) {
  const b = graphBuilder("transposed convolutions");
  const random = randomValues(1);
  return b.build(
    Array.from({ length: 60 }, (_, i) =>
      addFilterOp(b, `case ${i}`, "transpose-conv", types, random),
    ),
  );
}

const float32 = { activations: "float32", weights: "float32", bias: "float32" } as const;
const int8 = { activations: "int8", weights: "int8", bias: "int32" } as const;
/** TensorFlow Lite of tfjs-tflite does not know any. */
const activation = "none";

describe("TensorFlow Lite", () => {
  const load = loadTfliteRuntime;

  test("computes float32 as ours does, within 1e-5", async () => {
    const graph = graphOf({ ...float32, activation });
    expect(differences(await compareRuns(graph, { load }), 1e-5)).toEqual([]);
  });

  test("computes int8 as ours does, exactly", async () => {
    const graph = graphOf({ ...int8, activation, isPerChannel: false });
    expect(differences(await compareRuns(graph, { load }))).toEqual([]);
  });

  test("rounds twice if there are several scales, other than LiteRT", async () => {
    const graph = graphOf({ ...int8, activation, isPerChannel: true });
    expect(differences(await compareRuns(graph, { load, rounding: "double" }))).toEqual([]);
    expect(differences(await compareRuns(graph, { load, rounding: "single" }))).not.toEqual([]);
  });
});

describe("LiteRT", () => {
  const load = loadLiteRt;

  test("computes float32 as ours does, within 1e-5", async () => {
    expect(differences(await compareRuns(graphOf(float32), { load }), 1e-5)).toEqual([]);
  });

  test("computes int8 as ours does, exactly", async () => {
    expect(differences(await compareRuns(graphOf(int8), { load }))).toEqual([]);
  });
});
