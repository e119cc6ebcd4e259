import { describe, expect, test } from "vitest";
import { graphBuilder } from "@smidgen/graph";
import { loadLiteRt } from "@smidgen/testing";
import { compareRuns, differences } from "./compare-runs.ts";
import { addFilterOp, type FilterOp } from "./filter-cases.ts";
import { randomValues } from "./random-values.ts";

// TensorFlow Lite of tfjs-tflite does not know the type.
describe("LiteRT computes 8-bit activations with 4-bit weights as ours does", () => {
  test.each(["fully-connected", "conv-2d", "depthwise-conv-2d"] satisfies FilterOp[])(
    "%s",
    async (kind) => {
      const b = graphBuilder("4-bit weights");
      const random = randomValues(1);
      const types = {
        activations: "int8",
        weights: "int4",
        bias: "int32",
        // Without a bias it takes no convolution.
        hasBias: true,
      } as const;
      const outputs = Array.from({ length: 60 }, (_, i) =>
        addFilterOp(b, `case ${i}`, kind, types, random),
      );
      const graph = b.build(outputs);
      expect(differences(await compareRuns(graph, { load: loadLiteRt }))).toEqual([]);
    },
  );
});
