import {
  type Graph,
  graphBuilder,
  type OpKind,
  type OpOf,
  type Shape,
  type TensorId,
} from "@smidgen/graph";
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
 * An image and three words through the operators of larger networks: two branches that are concatenated, clipped,
 * taken apart, moved about and put together again.
 */
export function movingNetwork(): Graph {
  const b = graphBuilder("moving");
  const random = floats(3);
  const constant = (name: string, shape: Shape, scale: number) =>
    b.constant(name, {
      type: "float32",
      shape,
      data: random(
        shape.reduce((x, y) => x * y, 1),
        scale,
      ),
    });
  const ints = (name: string, shape: Shape, ...values: readonly number[]) =>
    b.constant(name, { type: "int32", shape, data: Int32Array.from(values) });
  const out = (name: string) => ({ name, type: "float32" }) as const;
  const op = <K extends OpKind>(
    kind: K,
    name: string,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
  ) => b.op(kind, operands, options, out(name));
  const none = { activation: "none" } as const;
  const window = { padding: "same", strideHeight: 1, strideWidth: 1, ...none } as const;
  const conv = { ...window, dilationHeight: 1, dilationWidth: 1 } as const;
  const centers = { alignCorners: false, halfPixelCenters: true } as const;
  const masks = { ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0, offset: false } as const;

  const image = b.input("image", { type: "float32", shape: [1, 6, 6, 3] });
  const words = b.input("words", { type: "int32", shape: [3] });
  const narrow = op(
    "conv-2d",
    "narrow",
    [image, constant("narrow/filter", [4, 3, 3, 3], 0.2), constant("narrow/bias", [4], 0.1)],
    conv,
  );
  const wide = op(
    "conv-2d",
    "wide",
    [image, constant("wide/filter", [4, 3, 3, 3], 1), constant("wide/bias", [4], 0.5)],
    conv,
  );
  const leaky = op("leaky-relu", "leaky", [wide], { alpha: 0.25 });
  const gate = op("logistic", "gate", [narrow], {});
  const joined = op("concatenation", "joined", [leaky, gate, narrow], { axis: 3, ...none });
  const sloped = op("prelu", "sloped", [joined, constant("slopes", [1, 1, 12], 0.5)], {});
  const scalar = (name: string, value: number) =>
    b.constant(name, { type: "float32", shape: [], data: Float32Array.of(value) });
  const below = op("minimum", "below", [sloped, scalar("one", 1)], {});
  const clipped = op("maximum", "clipped", [below, scalar("minus half", -0.5)], {});
  const paddings = ints("paddings", [4, 2], 0, 0, 1, 0, 0, 1, 0, 0);
  const padded = op("pad", "padded", [clipped, paddings], {});
  const framed = op("pad-v2", "framed", [padded, paddings, scalar("frame", -0.75)], {});
  const every = op(
    "strided-slice",
    "every second",
    [
      framed,
      ints("begin", [4], 0, 0, -1, 0),
      ints("end", [4], 0, 0, 0, 0),
      ints("strides", [4], 1, 2, -2, 1),
    ],
    { beginMask: 0b1001, endMask: 0b1111, ...masks },
  );
  const [left, right] = b.opWithOutputs("split", [ints("channels", [], 3), every], { count: 2 }, [
    out("left"),
    out("right"),
  ]) as readonly [TensorId, TensorId];
  const difference = op("sub", "difference", [left, right], none);
  const swish = op("hard-swish", "swish", [difference], {});
  const up = op("resize-bilinear", "up", [swish, ints("size", [2], 7, 7)], centers);
  const larger = op("resize-nearest-neighbor", "larger", [up, ints("twice", [2], 8, 8)], centers);
  const box = op(
    "slice",
    "box",
    [larger, ints("from", [4], 0, 1, 2, 0), ints("count", [4], 1, 4, -1, -1)],
    {},
  );
  const drawn = op(
    "transpose-conv",
    "drawn",
    [
      ints("drawn shape", [4], 1, 4, 6, 5),
      constant("drawn/filter", [5, 2, 2, 6], 0.4),
      box,
      constant("drawn/bias", [5], 0.2),
    ],
    window,
  );
  const elu = op("elu", "elu", [drawn], {});
  const turned = op("transpose", "turned", [elu, ints("turn", [4], 0, 3, 1, 2)], {});
  const rows = b.opWithOutputs("unpack", [turned], { axis: 2, count: 4 }, [
    out("row 0"),
    out("row 1"),
    out("row 2"),
    out("row 3"),
  ]) as readonly [TensorId, TensorId, TensorId, TensorId];
  const stacked = op("pack", "stacked", [rows[3], rows[0], rows[3]], { axis: 1 });
  const flat = op("squeeze", "flat", [stacked], { axes: [0] });
  const chosen = op("gather", "chosen", [flat, ints("positions", [2], 2, 0)], {
    axis: 1,
    batchDims: 0,
  });
  const largest = op("reduce-max", "largest", [chosen, ints("last", [1], -1)], { keepDims: false });
  const total = op("sum", "total", [drawn, ints("inner", [2], 1, 2)], { keepDims: false });
  const meaning = op("embedding-lookup", "meaning", [words, constant("table", [9, 2], 3)], {});
  const both = op("concatenation", "both", [largest, meaning], { axis: 1, ...none });
  const score = op("expand-dims", "score", [both, ints("front", [], 0)], {});
  return b.build([
    op("log-softmax", "log", [score], {}),
    op("l2-normalization", "direction", [score], none),
    b.op("arg-max", [both, ints("axis", [], 1)], {}, { name: "best", type: "int32" }),
    total,
  ]);
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
