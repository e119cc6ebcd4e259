import { describe, expect, test } from "vitest";
import { type GraphBuilder, graphBuilder, type Quantization, type TensorId } from "@smidgen/graph";
import { compareRuns, differences } from "./compare-runs.ts";
import { type RandomValues, randomValues } from "./random-values.ts";
import { addLstm, addSvdf, withIntermediates } from "./recurrent-cases.ts";

const cases = 40;
const runs = 8;

/** Operators of random sizes side by side. */
function graphOf(add: (b: GraphBuilder, name: string, random: RandomValues) => TensorId) {
  const b = graphBuilder("recurrent");
  const random = randomValues(1);
  return b.build(Array.from({ length: cases }, (_, i) => add(b, `case ${i}`, random)));
}

function negateZeroPoint(quantization: Quantization): Quantization {
  return quantization.kind === "per-tensor"
    ? { ...quantization, zeroPoint: -quantization.zeroPoint }
    : quantization;
}

describe("state goes on from run to run as in TensorFlow Lite", () => {
  test("SVDF of int8, exactly", async () => {
    const graph = graphOf((b, name, random) => addSvdf(b, name, "int8", random));
    expect(differences(await compareRuns(graph, { runs }))).toEqual([]);
  });

  test("SVDF of float32, within 1e-5", async () => {
    const graph = graphOf((b, name, random) => addSvdf(b, name, "float32", random));
    expect(differences(await compareRuns(graph, { runs }), 1e-5)).toEqual([]);
  });

  test("LSTM of int8, exactly", async () => {
    const graph = graphOf((b, name, random) => addLstm(b, name, "int8", random));
    const ours = withIntermediates(graph);
    // TensorFlow Lite took the zero point away until pull request 56493 of tensorflow/tensorflow, September 2022.
    const theirs = withIntermediates(graph, negateZeroPoint);
    expect(differences(await compareRuns(ours, { runs, graphForThem: theirs }))).toEqual([]);
    const misled = differences(await compareRuns(ours, { runs }));
    expect(misled.length).toBeGreaterThan(cases / 2);
  });

  test("LSTM of float32, within 1e-5", async () => {
    const graph = graphOf((b, name, random) => addLstm(b, name, "float32", random));
    expect(differences(await compareRuns(graph, { runs }), 1e-5)).toEqual([]);
  });
});
