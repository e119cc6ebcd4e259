import { type Graph, graphBuilder, type Shape, type TensorId } from "@smidgen/graph";
import { floats } from "./floats.ts";

/** The network of the MNIST study with seeded weights: conv 8 of 3×3, max-pool, dense 16, dense 10, softmax. */
export function studyNetwork(): Graph {
  const b = graphBuilder("study");
  const random = floats(1);
  const constant = (name: string, shape: Shape, scale: number) =>
    b.constant(name, {
      type: "float32",
      shape,
      data: random(
        shape.reduce((x, y) => x * y, 1),
        scale,
      ),
    });
  const out = (name: string) => ({ name, type: "float32" }) as const;
  const image = b.input("image", { type: "float32", shape: [1, 28, 28, 1] });
  const conv = b.op(
    "conv-2d",
    [image, constant("conv/filter", [8, 3, 3, 1], 0.5), constant("conv/bias", [8], 0.1)],
    {
      padding: "valid",
      strideHeight: 1,
      strideWidth: 1,
      dilationHeight: 1,
      dilationWidth: 1,
      activation: "relu",
    },
    out("conv"),
  );
  const pool = b.op(
    "max-pool-2d",
    [conv],
    {
      padding: "valid",
      strideHeight: 2,
      strideWidth: 2,
      filterHeight: 2,
      filterWidth: 2,
      activation: "none",
    },
    out("pool"),
  );
  const flat = b.op("reshape", [pool, undefined], { newShape: [1, 1352] }, out("flatten"));
  const dense = (name: string, from: TensorId, units: number, depth: number, relu: boolean) =>
    b.op(
      "fully-connected",
      [
        from,
        constant(`${name}/filter`, [units, depth], 0.1),
        constant(`${name}/bias`, [units], 0.1),
      ],
      { activation: relu ? "relu" : "none", keepNumDims: false },
      out(name),
    );
  const hidden = dense("dense", flat, 16, 1352, true);
  const logits = dense("dense_1/linear", hidden, 10, 16, false);
  return b.build([b.op("softmax", [logits], { beta: 1 }, out("dense_1"))]);
}
