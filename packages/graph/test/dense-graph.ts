import { type Graph, graphBuilder } from "@smidgen/graph";

/** x [1, 3] · w [2, 3]ᵀ + b [2] → y [1, 2] */
export function denseGraph(): Graph {
  const builder = graphBuilder("dense");
  const x = builder.input("x", { type: "float32", shape: [1, 3] });
  const w = builder.constant("w", { type: "float32", shape: [2, 3], data: new Float32Array(6) });
  const b = builder.constant("b", { type: "float32", shape: [2], data: new Float32Array(2) });
  const y = builder.op(
    "fully-connected",
    [x, w, b],
    { activation: "relu", keepNumDims: false },
    { name: "y", type: "float32" },
  );
  return builder.build([y]);
}
