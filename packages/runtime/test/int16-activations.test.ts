import { describe, expect, test } from "vitest";
import { type Graph, graphBuilder, perTensor } from "@smidgen/graph";
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
  // The official kernels take no such convolution without a bias.
  const all = kind === "conv-2d" ? { ...types, hasBias: true } : types;
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

/** Their sums are floats, unlike their means. */
test("LiteRT computes sums of int16 with single rounding as ours does, exactly", async () => {
  const b = graphBuilder("sums");
  const { int, real } = randomValues(3);
  const sums = Array.from({ length: 60 }, (_, i) => {
    const scale = Math.fround(real(0.001, 0.1));
    const input = b.input(`input ${i}`, {
      type: "int16",
      shape: [int(1, 4), int(2, 20), int(2, 20)],
      quantization: perTensor(scale, 0),
    });
    const axes = b.constant(`axes ${i}`, {
      type: "int32",
      shape: [1],
      data: Int32Array.of(int(1, 2)),
    });
    const output = perTensor(Math.fround(scale * real(0.3, 12)), 0);
    return b.op(
      "sum",
      [input, axes],
      { keepDims: false },
      { name: `sum ${i}`, type: "int16", quantization: output },
    );
  });
  expect(differences(await compareRuns(b.build(sums), { load: loadLiteRt }))).toEqual([]);
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
