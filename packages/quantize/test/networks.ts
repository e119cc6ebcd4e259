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

/** One image through every float operator that can be quantized, some with a fused activation. */
export function everyOperator(): Graph {
  const b = graphBuilder("every operator");
  const random = floats(2);
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
  const stride1 = {
    padding: "same",
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
  } as const;
  const pool = {
    padding: "valid",
    strideHeight: 2,
    strideWidth: 2,
    filterHeight: 2,
    filterWidth: 2,
    activation: "none",
  } as const;
  const none = { activation: "none" } as const;
  const image = b.input("image", { type: "float32", shape: [1, 12, 10, 3] });
  const conv = b.op(
    "conv-2d",
    [image, constant("conv/filter", [8, 3, 3, 3], 0.3), constant("conv/bias", [8], 0.5)],
    { ...stride1, activation: "none" },
    out("conv"),
  );
  const scaled = b.op("mul", [conv, constant("scale", [8], 2)], none, out("scaled"));
  const shifted = b.op("add", [scaled, constant("shift", [8], 1)], none, out("shifted"));
  const relu = b.op("relu", [shifted], {}, out("relu"));
  const depthwise = b.op(
    "depthwise-conv-2d",
    [relu, constant("dw/filter", [1, 3, 3, 16], 0.4), constant("dw/bias", [16], 0.2)],
    { ...stride1, strideHeight: 2, strideWidth: 2, depthMultiplier: 2, activation: "relu6" },
    out("depthwise"),
  );
  const average = b.op("average-pool-2d", [depthwise], pool, out("average"));
  const pointwise = b.op(
    "conv-2d",
    [average, constant("pw/filter", [8, 1, 1, 16], 0.4), constant("pw/bias", [8], 0.2)],
    { ...stride1, activation: "none" },
    out("pointwise"),
  );
  const gate = b.op("logistic", [pointwise], {}, out("gate"));
  const gated = b.op("mul", [pointwise, gate], none, out("gated"));
  const sum = b.op("add", [gated, pointwise], { activation: "relu" }, out("sum"));
  const relu6 = b.op("relu6", [sum], {}, out("relu6"));
  const max = b.op("max-pool-2d", [relu6], pool, out("max"));
  const axes = b.constant("axes", { type: "int32", shape: [2], data: Int32Array.of(1, 2) });
  const mean = b.op("mean", [max, axes], { keepDims: false }, out("mean"));
  const squashed = b.op("tanh", [mean], {}, out("squashed"));
  const reshaped = b.op("reshape", [squashed, undefined], { newShape: [2, 4] }, out("reshaped"));
  const logits = b.op(
    "fully-connected",
    [reshaped, constant("dense/filter", [5, 4], 0.8), undefined],
    { activation: "none", keepNumDims: false },
    out("logits"),
  );
  const probabilities = b.op("softmax", [logits], { beta: 1 }, out("probabilities"));
  return b.build([probabilities, gated]);
}

/**
 * Dense layers that training has left behind: `dead` is always 0, `constant` only its bias, and `last`, which
 * reads what is always 0, only its bias too.
 */
export function deadLayers(): Graph {
  const b = graphBuilder("dead layers");
  const dense = (
    name: string,
    input: TensorId,
    weights: readonly number[],
    bias: readonly number[],
  ) =>
    b.op(
      "fully-connected",
      [
        input,
        b.constant(`${name}/filter`, {
          type: "float32",
          shape: [bias.length, weights.length / bias.length],
          data: Float32Array.from(weights),
        }),
        b.constant(`${name}/bias`, {
          type: "float32",
          shape: [bias.length],
          data: Float32Array.from(bias),
        }),
      ],
      { activation: name === "dead" ? "relu" : "none", keepNumDims: false },
      { name, type: "float32" },
    );
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const constant = dense("constant", x, [0, 0, 0, 0], [0.75, -0.5]);
  const dead = dense("dead", x, [1, 1, 2, 2], [-100, -100]);
  const last = dense("last", dead, [1, -1], [0.25]);
  const sum = b.op(
    "add",
    [constant, last],
    { activation: "none" },
    { name: "sum", type: "float32" },
  );
  return b.build([sum, dead]);
}
