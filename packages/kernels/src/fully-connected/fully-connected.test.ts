import { expect, test } from "vitest";
import { graphBuilder, perAxis, perTensor, type Quantization } from "@smidgen/graph";
import { prepareStep, type Rounding } from "@smidgen/kernels";

/** The multipliers that a layer with two units rescales its sums by. */
function multipliersOf(
  kind: "conv-2d" | "fully-connected",
  filter: Quantization,
  rounding: Rounding,
) {
  const b = graphBuilder("layer");
  const isDense = kind === "fully-connected";
  const x = b.input("x", {
    type: "int8",
    shape: isDense ? [1, 1] : [1, 1, 1, 1],
    quantization: perTensor(0.1, 0),
  });
  const w = b.constant("w", {
    type: "int8",
    shape: isDense ? [2, 1] : [2, 1, 1, 1],
    data: Int8Array.of(1, 1),
    quantization: filter,
  });
  const output = { name: "y", type: "int8", quantization: perTensor(0.3, 0) } as const;
  const y = isDense
    ? b.op(kind, [x, w, undefined], { activation: "none", keepNumDims: false }, output)
    : b.op(
        kind,
        [x, w, undefined],
        {
          padding: "valid",
          strideHeight: 1,
          strideWidth: 1,
          dilationHeight: 1,
          dilationWidth: 1,
          activation: "none",
        },
        output,
      );
  const graph = b.build([y]);
  const step = prepareStep(graph.ops[0] as (typeof graph.ops)[number], graph, { rounding });
  return [...(step.params["multiplier"] as Int32Array)];
}

const oneScale = perTensor(0.007, 0);
const perUnit = perAxis(0, [0.007, 0.007]);

// Computed by a C program with the expressions of the reference kernels and of XNNPACK.
test.each([
  // layer            filter    rounding  multiplier of 0.1f × 0.007f / 0.3f
  ["fully-connected", oneScale, "double", 1_282_763_576],
  ["fully-connected", perUnit, "double", 1_282_763_573],
  ["conv-2d", oneScale, "double", 1_282_763_573],
  ["conv-2d", perUnit, "double", 1_282_763_573],
  ["fully-connected", oneScale, "single", 1_282_763_520],
  ["conv-2d", perUnit, "single", 1_282_763_520],
] as const)("the multiplier of %s, %o, %s rounding", (kind, filter, rounding, expected) => {
  expect(multipliersOf(kind, filter, rounding)).toEqual([expected, expected]);
});
