import { describe, expect, test } from "vitest";
import { type Graph, graphBuilder, type Quantization } from "@smidgen/graph";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { compareRuns, differences } from "./compare-runs.ts";

const elements = 20_000;

/** The last bits of a multiplier show in one of some thousands of results. */
const scales = [
  [0.013, 0.5, 0.000171],
  [0.000137, 0.000131, 0.000286],
  [0.00013, 0.000131, 0.00028],
  [0.9, 0.0007, 0.6],
  [1.7, 2.3, 0.0101],
] as const;

function graphOf(kind: "mul" | "sub" | "add"): Graph {
  const b = graphBuilder(kind);
  const ofScale = (scale: number): { quantization: Quantization; type: "int16" } => ({
    type: "int16",
    quantization: { kind: "per-tensor", scale: Math.fround(scale), zeroPoint: 0 },
  });
  return b.build(
    scales.map(([ofX, ofY, ofOutput], i) => {
      const x = b.input(`x${i}`, { ...ofScale(ofX), shape: [1, elements] });
      const y = b.input(`y${i}`, { ...ofScale(ofY), shape: [1, elements] });
      return b.op(kind, [x, y], { activation: "none" }, { ...ofScale(ofOutput), name: `z${i}` });
    }),
  );
}

describe.each([
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
])("$runtime", ({ load }) => {
  test.each(["mul", "sub", "add"] as const)(
    "has the multipliers of %s in 16 bits that ours has with single rounding",
    async (kind) => {
      expect(differences(await compareRuns(graphOf(kind), { load }))).toEqual([]);
    },
  );
});
