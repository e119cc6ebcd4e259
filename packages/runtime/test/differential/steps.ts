import { elementCount, type OpKind, type TensorId } from "@smidgen/graph";
import type { Chain } from "./chain.ts";

/** Adds one operator of a kind to a chain and returns what it goes on with; undefined where it does not fit. */
export type ChainStep = (chain: Chain) => TensorId | undefined;

/** About how large a sum of `count` products is, in units of the output's integers. */
function naturalSum(chain: Chain, count: number): number {
  return chain.scale() * 2 ** -8 * Math.sqrt(count) * 40;
}

function windowOptions(chain: Chain, [, height = 1, width = 1]: readonly number[]) {
  const filterHeight = chain.integer(1, Math.min(3, height));
  const filterWidth = chain.integer(1, Math.min(3, width));
  return {
    filterHeight,
    filterWidth,
    padding: chain.pick(["same", "valid"] as const),
    strideHeight: chain.integer(1, 2),
    strideWidth: chain.integer(1, 2),
    activation: chain.activation(),
  };
}

/** Dilation where the filter still fits; not together with strides, which no training framework makes. */
function dilations(
  chain: Chain,
  { filterHeight, filterWidth, strideHeight, strideWidth }: ReturnType<typeof windowOptions>,
) {
  const [, height = 1, width = 1] = chain.current.shape;
  const fits =
    strideHeight === 1 &&
    strideWidth === 1 &&
    2 * (filterHeight - 1) < height &&
    2 * (filterWidth - 1) < width;
  const dilation = fits && chain.chance(0.3) ? 2 : 1;
  return { dilationHeight: dilation, dilationWidth: dilation };
}

const conv: ChainStep = (chain) => {
  const { shape } = chain.current;
  if (shape.length !== 4) return undefined;
  const { filterHeight, filterWidth, ...options } = windowOptions(chain, shape);
  const channels = shape[3] as number;
  const outChannels = chain.integer(1, 6);
  const filter = chain.weights(
    [outChannels, filterHeight, filterWidth, channels],
    chain.chance(0.7) ? 0 : undefined,
  );
  const all = { ...options, ...dilations(chain, { filterHeight, filterWidth, ...options }) };
  const quantization = chain.free(naturalSum(chain, filterHeight * filterWidth * channels));
  return chain.apply(
    "conv-2d",
    [chain.id, filter, chain.bias(outChannels, filter)],
    all,
    quantization,
  );
};

const depthwise: ChainStep = (chain) => {
  const { shape } = chain.current;
  if (shape.length !== 4) return undefined;
  const { filterHeight, filterWidth, ...options } = windowOptions(chain, shape);
  const depthMultiplier = chain.integer(1, 2);
  const channels = (shape[3] as number) * depthMultiplier;
  const filter = chain.weights(
    [1, filterHeight, filterWidth, channels],
    chain.chance(0.7) ? 3 : undefined,
  );
  const all = {
    ...options,
    ...dilations(chain, { filterHeight, filterWidth, ...options }),
    depthMultiplier,
  };
  const quantization = chain.free(naturalSum(chain, filterHeight * filterWidth));
  return chain.apply(
    "depthwise-conv-2d",
    [chain.id, filter, chain.bias(channels, filter)],
    all,
    quantization,
  );
};

/** Only without an activation: the operator of tfjs-tflite knows none. */
const transposeConv: ChainStep = (chain) => {
  const { shape } = chain.current;
  if (shape.length !== 4) return undefined;
  const [batch, height, width, channels] = shape as readonly [number, number, number, number];
  const stride = chain.integer(1, 2);
  const filterSize = chain.integer(stride, 3);
  const outChannels = chain.integer(1, 4);
  const padding = chain.pick(["same", "valid"] as const);
  const grown = (size: number) =>
    padding === "same" ? size * stride : (size - 1) * stride + filterSize;
  const outShape = [batch, grown(height), grown(width), outChannels];
  const filter = chain.weights(
    [outChannels, filterSize, filterSize, channels],
    chain.chance(0.5) ? 0 : undefined,
  );
  return chain.apply(
    "transpose-conv",
    [chain.integers(outShape), filter, chain.id, chain.bias(outChannels, filter)],
    { padding, strideHeight: stride, strideWidth: stride, activation: "none" },
    chain.free(naturalSum(chain, filterSize * filterSize * channels)),
  );
};

const fullyConnected: ChainStep = (chain) => {
  const { shape } = chain.current;
  if (shape.length === 0) return undefined;
  const depth = shape.at(-1) as number;
  const units = chain.integer(1, 6);
  const filter = chain.weights([units, depth], undefined);
  const bias = chain.chance(0.8) ? chain.bias(units, filter) : undefined;
  return chain.apply(
    "fully-connected",
    [chain.id, filter, bias],
    { activation: chain.activation(), keepNumDims: shape.length !== 2 },
    chain.free(naturalSum(chain, depth)),
  );
};

function pool(kind: "average-pool-2d" | "max-pool-2d"): ChainStep {
  return (chain) => {
    const { shape } = chain.current;
    if (shape.length !== 4) return undefined;
    const options = windowOptions(chain, shape);
    // A window of one cell is no pooling, and XNNPACK refuses it.
    if (options.filterHeight * options.filterWidth === 1) return undefined;
    return chain.apply(kind, [chain.id], options, chain.same());
  };
}

function binary(kind: "add" | "sub" | "mul"): ChainStep {
  return (chain) => {
    const { shape } = chain.current;
    const operand = chain.chance(0.3)
      ? chain.id
      : chain.constant(
          chain.chance(0.5) ? shape : shape.map((size) => (chain.chance(0.5) ? 1 : size)),
        );
    const natural = kind === "mul" ? chain.scale() * 0.5 : Math.max(chain.scale() * 2, 1 / 16);
    const pair = chain.chance(0.5)
      ? ([chain.id, operand] as const)
      : ([operand, chain.id] as const);
    return chain.apply(kind, pair, { activation: chain.activation() }, chain.free(natural));
  };
}

function choice(kind: "minimum" | "maximum"): ChainStep {
  return (chain) => {
    const { shape } = chain.current;
    const other = chain.constant(
      shape.map((size) => (chain.chance(0.5) ? 1 : size)),
      chain.same(),
    );
    return chain.apply(kind, [chain.id, other], {}, chain.same());
  };
}

function reduction(kind: "mean" | "sum" | "reduce-max"): ChainStep {
  return (chain) => {
    const { shape } = chain.current;
    if (shape.length < 2) return undefined;
    const axes = shape.length === 4 ? [1, 2] : [chain.integer(0, shape.length - 1)];
    const count = elementCount(axes.map((axis) => shape[axis] as number));
    const natural = kind === "sum" ? chain.scale() * Math.sqrt(count) : chain.scale();
    return chain.apply(
      kind,
      [chain.id, chain.integers(axes)],
      { keepDims: chain.chance(0.7) },
      kind === "reduce-max" ? chain.same() : chain.free(natural),
    );
  };
}

const map =
  (kind: "relu" | "elu" | "hard-swish"): ChainStep =>
  (chain) =>
    chain.apply(kind, [chain.id], {}, chain.free(chain.scale()));

function padded(chain: Chain): TensorId {
  const { shape } = chain.current;
  return chain.integers(
    shape.flatMap((_, axis) => (axis === 0 ? [0, 0] : [chain.integer(0, 2), chain.integer(0, 2)])),
    [shape.length, 2],
  );
}

function resize(kind: "resize-bilinear" | "resize-nearest-neighbor"): ChainStep {
  return (chain) => {
    if (chain.current.shape.length !== 4) return undefined;
    const alignCorners = chain.chance(0.3);
    return chain.apply(
      kind,
      [chain.id, chain.integers([chain.integer(1, 8), chain.integer(1, 8)])],
      { alignCorners, halfPixelCenters: !alignCorners && chain.chance(0.5) },
      chain.same(),
    );
  };
}

function shuffled(chain: Chain, count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = chain.integer(0, i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

/**
 * How a chain of floats or int8 grows by each kind of operator.
 *
 * `leavingSteps` has those with a state, and those that leave the type.
 */
export const steps: { readonly [K in OpKind]?: ChainStep } = {
  add: binary("add"),
  "average-pool-2d": pool("average-pool-2d"),
  concatenation: (chain) => {
    const axis = chain.integer(0, chain.current.shape.length - 1);
    const other = chain.chance(0.5) ? chain.id : chain.constant(chain.current.shape, chain.same());
    return chain.apply(
      "concatenation",
      [chain.id, other],
      { axis, activation: "none" },
      chain.same(),
    );
  },
  "conv-2d": conv,
  "depthwise-conv-2d": depthwise,
  elu: map("elu"),
  "expand-dims": (chain) => {
    const rank = chain.current.shape.length;
    if (rank > 3) return undefined;
    return chain.apply(
      "expand-dims",
      [chain.id, chain.integers([chain.integer(0, rank)])],
      {},
      chain.same(),
    );
  },
  "fully-connected": fullyConnected,
  gather: (chain) => {
    const { shape } = chain.current;
    const axis = chain.integer(0, shape.length - 1);
    const positions = Array.from({ length: chain.integer(1, 4) }, () =>
      chain.integer(0, (shape[axis] as number) - 1),
    );
    return chain.apply(
      "gather",
      [chain.id, chain.integers(positions)],
      { axis, batchDims: 0 },
      chain.same(),
    );
  },
  "hard-swish": map("hard-swish"),
  "l2-normalization": (chain) =>
    chain.apply("l2-normalization", [chain.id], { activation: "none" }, chain.fixed(1 / 128, 0)),
  "leaky-relu": (chain) =>
    chain.apply(
      "leaky-relu",
      [chain.id],
      { alpha: Math.fround(chain.pick([0.1, 0.3, 0.01, 0.75])) },
      chain.free(chain.scale()),
    ),
  "log-softmax": (chain) => chain.apply("log-softmax", [chain.id], {}, chain.fixed(16 / 256, 127)),
  logistic: (chain) => chain.apply("logistic", [chain.id], {}, chain.fixed(1 / 256, -128)),
  "max-pool-2d": pool("max-pool-2d"),
  maximum: choice("maximum"),
  mean: reduction("mean"),
  minimum: choice("minimum"),
  mul: binary("mul"),
  pack: (chain) => {
    const rank = chain.current.shape.length;
    if (rank > 3) return undefined;
    return chain.apply(
      "pack",
      [chain.id, chain.id],
      { axis: chain.integer(0, rank) },
      chain.same(),
    );
  },
  pad: (chain) => chain.apply("pad", [chain.id, padded(chain)], {}, chain.same()),
  "pad-v2": (chain) =>
    chain.apply(
      "pad-v2",
      [chain.id, padded(chain), chain.constant([1], chain.same())],
      {},
      chain.same(),
    ),
  prelu: (chain) => {
    const { shape } = chain.current;
    if (shape.length !== 4) return undefined;
    const alpha = chain.weights([1, 1, shape[3] as number], undefined);
    return chain.apply("prelu", [chain.id, alpha], {}, chain.free(chain.scale()));
  },
  quantize: (chain) =>
    chain.type === "int8"
      ? chain.apply("quantize", [chain.id], {}, chain.free(chain.scale()))
      : undefined,
  "reduce-max": reduction("reduce-max"),
  relu: map("relu"),
  relu6: (chain) => chain.apply("relu6", [chain.id], {}, chain.same()),
  reshape: (chain) => {
    const count = elementCount(chain.current.shape);
    const width = [6, 5, 4, 3, 2, 1].find((size) => count % size === 0) as number;
    const newShape = chain.pick([
      [1, count],
      [1, count / width, width],
      [1, count / width, width, 1],
    ]);
    return chain.apply("reshape", [chain.id, undefined], { newShape }, chain.same());
  },
  "resize-bilinear": resize("resize-bilinear"),
  "resize-nearest-neighbor": resize("resize-nearest-neighbor"),
  slice: (chain) => {
    const { shape } = chain.current;
    const begin = shape.map((size) => chain.integer(0, size - 1));
    const size = shape.map((whole, axis) => chain.integer(1, whole - (begin[axis] as number)));
    return chain.apply(
      "slice",
      [chain.id, chain.integers(begin), chain.integers(size)],
      {},
      chain.same(),
    );
  },
  softmax: (chain) =>
    chain.apply(
      "softmax",
      [chain.id],
      { beta: chain.pick([1, 1, 0.5, 2]) },
      chain.fixed(1 / 256, -128),
    ),
  split: (chain) => {
    const { shape } = chain.current;
    const axis = shape.findIndex((size) => size % 2 === 0);
    if (axis === -1) return undefined;
    return chain.applyAll("split", [chain.integers([axis], []), chain.id], { count: 2 }, 2)[
      chain.integer(0, 1)
    ];
  },
  squeeze: (chain) => {
    const { shape } = chain.current;
    if (shape.length < 2 || !shape.includes(1)) return undefined;
    return chain.apply("squeeze", [chain.id], { axes: [shape.indexOf(1)] }, chain.same());
  },
  "strided-slice": (chain) => {
    const { shape } = chain.current;
    const strides = shape.map(() => chain.integer(1, 2));
    const options = {
      beginMask: chain.integer(0, 2 ** shape.length - 1),
      endMask: 2 ** shape.length - 1,
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: 0,
      offset: false,
    };
    const begin = shape.map((size) => chain.integer(-size, size - 1));
    const operands = [begin, shape, strides].map((values) => chain.integers(values));
    const [beginId, endId, stridesId] = operands as [TensorId, TensorId, TensorId];
    return chain.apply(
      "strided-slice",
      [chain.id, beginId, endId, stridesId],
      options,
      chain.same(),
    );
  },
  sub: binary("sub"),
  sum: reduction("sum"),
  tanh: (chain) => chain.apply("tanh", [chain.id], {}, chain.fixed(1 / 128, 0)),
  transpose: (chain) => {
    const { shape } = chain.current;
    const order = shuffled(chain, shape.length);
    return chain.apply("transpose", [chain.id, chain.integers(order)], {}, chain.same());
  },
  "transpose-conv": transposeConv,
  unpack: (chain) => {
    const { shape } = chain.current;
    if (shape.length < 3) return undefined;
    const axis = shape.findIndex((size) => size > 1 && size <= 4);
    if (axis === -1) return undefined;
    const count = shape[axis] as number;
    return chain.applyAll("unpack", [chain.id], { axis, count }, count)[
      chain.integer(0, count - 1)
    ];
  },
};
