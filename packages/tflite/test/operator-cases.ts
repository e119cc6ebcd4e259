import {
  type Graph,
  type GraphBuilder,
  graphBuilder,
  type NewOutput,
  perAxis,
  perTensor,
  type Quantization,
  type Shape,
  type TensorId,
} from "@smidgen/graph";

/** One operator on a few numbers that can be followed by hand. */
export interface OperatorCase {
  readonly name: string;
  /** What the graph is given: floats unless `type` says otherwise. */
  readonly inputs: readonly Numbers[];
  readonly expected: readonly Numbers[];
  readonly build: (b: CaseBuilder, inputs: readonly TensorId[]) => TensorId | readonly TensorId[];
  /** Quantization of int8 outputs; absent if the operator has no int8 form in both runtimes. */
  readonly int8?: Quantization;
  /** LiteRT loads no variables. */
  readonly isStateful?: boolean;
}

export interface Numbers {
  readonly shape: Shape;
  readonly values: readonly number[];
  readonly type?: "int32";
}

/** A graph builder that makes activations floats, or int8 with a scale of 1/16. */
export interface CaseBuilder extends GraphBuilder {
  activations(shape: Shape, values: readonly number[]): TensorId;
  /** int8 per axis for an int8 graph; a file cannot say so of a single slice. */
  weights(shape: Shape, axis: number, values: readonly number[]): TensorId;
  /** int32 with the scales of input and weights for an int8 graph. */
  bias(values: readonly number[]): TensorId;
  ints(...values: readonly number[]): TensorId;
  scalar(value: number): TensorId;
  /** The output of an operator. */
  output(name?: string): NewOutput;
  outputOf(type: "int32" | "int64"): NewOutput;
}

/** A graph of these cases side by side. */
export function graphOfCases(cases: readonly OperatorCase[], isInt8: boolean): Graph {
  const b = graphBuilder(cases.map(({ name }) => name).join(", "));
  const outputs = cases.flatMap(({ name, inputs, build, int8 }) => {
    const given = inputs.map(({ shape, type }, i) =>
      b.input(`${name}/input ${i}`, {
        shape,
        type: type ?? (isInt8 ? "int8" : "float32"),
        quantization: isInt8 && type === undefined ? inputScale : undefined,
      }),
    );
    return build(caseBuilder(b, name, isInt8, int8), given);
  });
  return b.build(outputs);
}

/** Inputs and constants of int8 cases: every number in this file is a multiple of it. */
const inputScale = perTensor(1 / 16, 0);
const weightScale = 1 / 16;

function caseBuilder(
  b: GraphBuilder,
  prefix: string,
  isInt8: boolean,
  outputQuantization?: Quantization,
): CaseBuilder {
  let constants = 0;
  const constantName = () => `${prefix}/constant ${constants++}`;
  const ints = (shape: Shape, values: readonly number[]) =>
    b.constant(constantName(), { type: "int32", shape, data: Int32Array.from(values) });
  const numbers = (shape: Shape, values: readonly number[], quantization: Quantization) =>
    isInt8
      ? b.constant(constantName(), {
          type: "int8",
          shape,
          data: Int8Array.from(values, (value) => value * 16),
          quantization,
        })
      : b.constant(constantName(), { type: "float32", shape, data: Float32Array.from(values) });
  return {
    ...b,
    activations: (shape, values) => numbers(shape, values, inputScale),
    weights: (shape, axis, values) =>
      numbers(
        shape,
        values,
        perAxis(
          axis,
          Array.from({ length: shape[axis] ?? 0 }, () => weightScale),
        ),
      ),
    bias: (values) =>
      isInt8
        ? b.constant(constantName(), {
            type: "int32",
            shape: [values.length],
            data: Int32Array.from(values, (value) => value * 256),
            quantization:
              values.length === 1
                ? perTensor(1 / 256, 0)
                : perAxis(
                    0,
                    values.map(() => 1 / 256),
                  ),
          })
        : b.constant(constantName(), {
            type: "float32",
            shape: [values.length],
            data: Float32Array.from(values),
          }),
    ints: (...values) => ints([values.length], values),
    scalar: (value) => ints([], [value]),
    output: (name = "output") => ({
      name: `${prefix}/${name}`,
      type: isInt8 ? "int8" : "float32",
      quantization: isInt8 ? outputQuantization : undefined,
    }),
    outputOf: (type) => ({ name: `${prefix}/output`, type }),
  };
}

const twoByThree = { shape: [2, 3], values: [1, -2, 3, -4, 5, -6] };
const grid = { shape: [1, 2, 2, 1], values: [0, 4, -4, 2] };
const window = { strideHeight: 1, strideWidth: 2 } as const;
const noMasks = {
  beginMask: 0,
  endMask: 0,
  ellipsisMask: 0,
  newAxisMask: 0,
  shrinkAxisMask: 0,
  offset: false,
};
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Every operator that networks beyond small image classifiers need. Expected numbers follow from its definition. */
export const operatorCases: readonly OperatorCase[] = [
  {
    name: "arg-max",
    inputs: [twoByThree],
    build: (b, [x]) => b.op("arg-max", [x as TensorId, b.scalar(-1)], {}, b.outputOf("int32")),
    expected: [{ shape: [2], values: [2, 1], type: "int32" }],
    int8: inputScale,
  },
  {
    name: "arg-max to int64",
    inputs: [twoByThree],
    // TensorFlow Lite for the web hands out no int64.
    build: (b, [x]) => {
      const position = b.op("arg-max", [x as TensorId, b.ints(0)], {}, b.outputOf("int64"));
      return b.op("cast", [position], {}, b.outputOf("int32"));
    },
    expected: [{ shape: [3], values: [0, 1, 0], type: "int32" }],
    int8: inputScale,
  },
  {
    name: "cast",
    inputs: [{ shape: [4], values: [1.5, -1.5, 0, 7] }],
    build: (b, [x]) => b.op("cast", [x as TensorId], {}, b.outputOf("int32")),
    expected: [{ shape: [4], values: [1, -1, 0, 7], type: "int32" }],
  },
  {
    name: "cast from int32",
    inputs: [{ shape: [1, 2], values: [-3, 4], type: "int32" }],
    build: (b, [x]) => b.op("cast", [x as TensorId], {}, b.output()),
    expected: [{ shape: [1, 2], values: [-3, 4] }],
  },
  {
    name: "concatenation",
    inputs: [twoByThree, { shape: [2, 1], values: [7, -7] }],
    build: (b, [x, y]) =>
      b.op(
        "concatenation",
        [x as TensorId, y as TensorId, b.activations([2, 2], [0.5, 0.25, -0.5, 0])],
        { axis: -1, activation: "none" },
        b.output(),
      ),
    expected: [{ shape: [2, 6], values: [1, -2, 3, 7, 0.5, 0.25, -4, 5, -6, -7, -0.5, 0] }],
    int8: inputScale,
  },
  {
    name: "elu",
    inputs: [twoByThree],
    build: (b, [x]) => b.op("elu", [x as TensorId], {}, b.output()),
    expected: [
      { shape: [2, 3], values: [1, Math.expm1(-2), 3, Math.expm1(-4), 5, Math.expm1(-6)] },
    ],
    int8: inputScale,
  },
  {
    name: "embedding-lookup",
    inputs: [{ shape: [3], values: [2, 0, 2], type: "int32" }],
    build: (b, [x]) =>
      b.op(
        "embedding-lookup",
        [x as TensorId, b.activations([3, 2], [1, 2, 3, 4, 5, 6])],
        {},
        b.output(),
      ),
    expected: [{ shape: [3, 2], values: [5, 6, 1, 2, 5, 6] }],
    int8: inputScale,
  },
  {
    name: "embedding-lookup in an int8 table",
    inputs: [{ shape: [2], values: [1, 0], type: "int32" }],
    build: (b, [x]) => {
      const data = Int8Array.of(1, -2, 3, -4);
      const quantization = perTensor(0.5, 0);
      const table = b.constant("table", { type: "int8", shape: [2, 2], data, quantization });
      return b.op("embedding-lookup", [x as TensorId, table], {}, b.output());
    },
    expected: [{ shape: [2, 2], values: [1.5, -2, 0.5, -1] }],
  },
  {
    name: "expand-dims",
    inputs: [twoByThree],
    build: (b, [x]) => b.op("expand-dims", [x as TensorId, b.scalar(-2)], {}, b.output()),
    expected: [{ shape: [2, 1, 3], values: twoByThree.values }],
    int8: inputScale,
  },
  {
    name: "gather",
    inputs: [twoByThree, { shape: [1, 2], values: [2, 0], type: "int32" }],
    build: (b, [x, at]) =>
      b.op("gather", [x as TensorId, at as TensorId], { axis: 1, batchDims: 0 }, b.output()),
    expected: [{ shape: [2, 1, 2], values: [3, 1, -6, -4] }],
    int8: inputScale,
  },
  {
    name: "gather in batches",
    inputs: [twoByThree, { shape: [2, 2], values: [2, 0, 1, 1], type: "int32" }],
    build: (b, [x, at]) =>
      b.op("gather", [x as TensorId, at as TensorId], { axis: 1, batchDims: 1 }, b.output()),
    expected: [{ shape: [2, 2], values: [3, 1, 5, 5] }],
    int8: inputScale,
  },
  {
    name: "hard-swish",
    inputs: [twoByThree],
    build: (b, [x]) => b.op("hard-swish", [x as TensorId], {}, b.output()),
    expected: [{ shape: [2, 3], values: [4 / 6, -2 / 6, 3, 0, 5, 0] }],
    int8: inputScale,
  },
  {
    name: "l2-normalization",
    inputs: [{ shape: [2, 2], values: [3, -4, 0, 1] }],
    build: (b, [x]) =>
      b.op("l2-normalization", [x as TensorId], { activation: "none" }, b.output()),
    expected: [{ shape: [2, 2], values: [0.6, -0.8, 0, 1] }],
    int8: perTensor(1 / 128, 0),
  },
  {
    name: "leaky-relu",
    inputs: [twoByThree],
    build: (b, [x]) => b.op("leaky-relu", [x as TensorId], { alpha: 0.25 }, b.output()),
    expected: [{ shape: [2, 3], values: [1, -0.5, 3, -1, 5, -1.5] }],
    int8: inputScale,
  },
  {
    name: "log-softmax",
    inputs: [{ shape: [2, 2], values: [0, 0, 2, -2] }],
    build: (b, [x]) => b.op("log-softmax", [x as TensorId], {}, b.output()),
    expected: [
      {
        shape: [2, 2],
        values: [Math.log(0.5), Math.log(0.5), Math.log(sigmoid(4)), Math.log(sigmoid(-4))],
      },
    ],
    int8: perTensor(16 / 256, 127),
  },
  {
    name: "maximum",
    inputs: [twoByThree, { shape: [3], values: [0, 2, 4] }],
    build: (b, [x, y]) => b.op("maximum", [x as TensorId, y as TensorId], {}, b.output()),
    expected: [{ shape: [2, 3], values: [1, 2, 4, 0, 5, 4] }],
    int8: inputScale,
  },
  {
    name: "minimum",
    inputs: [twoByThree, { shape: [2, 1], values: [0, -5] }],
    build: (b, [x, y]) => b.op("minimum", [x as TensorId, y as TensorId], {}, b.output()),
    expected: [{ shape: [2, 3], values: [0, -2, 0, -5, -5, -6] }],
    int8: inputScale,
  },
  {
    name: "minimum above rank 4",
    inputs: [
      { shape: [1, 1, 1, 1, 2], values: [1, -1] },
      { shape: [1, 1, 1, 2, 1], values: [0, 3] },
    ],
    build: (b, [x, y]) => b.op("minimum", [x as TensorId, y as TensorId], {}, b.output()),
    expected: [{ shape: [1, 1, 1, 2, 2], values: [0, -1, 1, -1] }],
    int8: inputScale,
  },
  {
    name: "pack",
    inputs: [twoByThree, { shape: [2, 3], values: [7, 6, 5, 4, 3, 2] }],
    build: (b, [x, y]) =>
      b.op("pack", [x as TensorId, y as TensorId, x as TensorId], { axis: -2 }, b.output()),
    expected: [
      {
        shape: [2, 3, 3],
        values: [1, -2, 3, 7, 6, 5, 1, -2, 3, -4, 5, -6, 4, 3, 2, -4, 5, -6],
      },
    ],
    int8: inputScale,
  },
  {
    name: "pad",
    inputs: [{ shape: [1, 2], values: [1, -2] }],
    build: (b, [x]) => {
      const data = Int32Array.of(1, 0, 0, 2);
      const paddings = b.constant("paddings", { type: "int32", shape: [2, 2], data });
      return b.op("pad", [x as TensorId, paddings], {}, b.output());
    },
    expected: [{ shape: [2, 4], values: [0, 0, 0, 0, 1, -2, 0, 0] }],
    int8: inputScale,
  },
  {
    name: "pad-v2",
    inputs: [{ shape: [1, 2], values: [1, -2] }],
    build: (b, [x]) => {
      const data = Int32Array.of(0, 1, 1, 0);
      const paddings = b.constant("paddings", { type: "int32", shape: [2, 2], data });
      return b.op("pad-v2", [x as TensorId, paddings, b.activations([], [-7])], {}, b.output());
    },
    expected: [{ shape: [2, 3], values: [-7, 1, -2, -7, -7, -7] }],
    int8: inputScale,
  },
  {
    name: "prelu",
    inputs: [{ shape: [1, 2, 1, 2], values: [1, -2, -3, -4] }],
    build: (b, [x]) =>
      b.op("prelu", [x as TensorId, b.activations([1, 1, 2], [0.5, 2])], {}, b.output()),
    expected: [{ shape: [1, 2, 1, 2], values: [1, -4, -1.5, -8] }],
    int8: inputScale,
  },
  {
    name: "reduce-max",
    inputs: [twoByThree],
    build: (b, [x]) =>
      b.op("reduce-max", [x as TensorId, b.ints(-1)], { keepDims: true }, b.output()),
    expected: [{ shape: [2, 1], values: [3, 5] }],
    int8: inputScale,
  },
  {
    name: "reduce-max to a scalar",
    inputs: [twoByThree],
    build: (b, [x]) =>
      b.op("reduce-max", [x as TensorId, b.ints(0, 1)], { keepDims: false }, b.output()),
    expected: [{ shape: [], values: [5] }],
    int8: inputScale,
  },
  {
    name: "resize-bilinear with corners aligned",
    inputs: [grid],
    build: (b, [x]) =>
      b.op(
        "resize-bilinear",
        [x as TensorId, b.ints(2, 3)],
        { alignCorners: true, halfPixelCenters: false },
        b.output(),
      ),
    expected: [{ shape: [1, 2, 3, 1], values: [0, 2, 4, -4, -1, 2] }],
    int8: inputScale,
  },
  {
    name: "resize-bilinear with half-pixel centers",
    inputs: [grid],
    build: (b, [x]) =>
      b.op(
        "resize-bilinear",
        [x as TensorId, b.ints(2, 4)],
        { alignCorners: false, halfPixelCenters: true },
        b.output(),
      ),
    expected: [{ shape: [1, 2, 4, 1], values: [0, 1, 3, 4, -4, -2.5, 0.5, 2] }],
    int8: inputScale,
  },
  {
    name: "resize-nearest-neighbor",
    inputs: [{ shape: [1, 1, 3, 1], values: [1, 2, 3] }],
    build: (b, [x]) =>
      b.op(
        "resize-nearest-neighbor",
        [x as TensorId, b.ints(2, 2)],
        { alignCorners: false, halfPixelCenters: false },
        b.output(),
      ),
    // Cells at 0 and 1.5, rounded down.
    expected: [{ shape: [1, 2, 2, 1], values: [1, 2, 1, 2] }],
    int8: inputScale,
  },
  {
    name: "resize-nearest-neighbor with corners aligned",
    inputs: [{ shape: [1, 1, 3, 1], values: [1, 2, 3] }],
    build: (b, [x]) =>
      b.op(
        "resize-nearest-neighbor",
        [x as TensorId, b.ints(1, 2)],
        { alignCorners: true, halfPixelCenters: false },
        b.output(),
      ),
    expected: [{ shape: [1, 1, 2, 1], values: [1, 3] }],
    int8: inputScale,
  },
  {
    name: "slice",
    inputs: [twoByThree],
    build: (b, [x]) => b.op("slice", [x as TensorId, b.ints(1, 1), b.ints(1, -1)], {}, b.output()),
    expected: [{ shape: [1, 2], values: [5, -6] }],
    int8: inputScale,
  },
  {
    name: "split",
    inputs: [twoByThree],
    build: (b, [x]) =>
      b.opWithOutputs("split", [b.scalar(-1), x as TensorId], { count: 3 }, [
        b.output("left"),
        b.output("middle"),
        b.output("right"),
      ]),
    expected: [
      { shape: [2, 1], values: [1, -4] },
      { shape: [2, 1], values: [-2, 5] },
      { shape: [2, 1], values: [3, -6] },
    ],
    int8: inputScale,
  },
  {
    name: "squeeze of named dimensions",
    inputs: [{ shape: [1, 2, 1, 3], values: twoByThree.values }],
    build: (b, [x]) => b.op("squeeze", [x as TensorId], { axes: [-2] }, b.output()),
    expected: [{ shape: [1, 2, 3], values: twoByThree.values }],
    int8: inputScale,
  },
  {
    name: "squeeze of all dimensions",
    inputs: [{ shape: [1, 2, 1, 3], values: twoByThree.values }],
    build: (b, [x]) => b.op("squeeze", [x as TensorId], { axes: [] }, b.output()),
    expected: [{ shape: [2, 3], values: twoByThree.values }],
    int8: inputScale,
  },
  {
    name: "strided-slice",
    inputs: [twoByThree],
    build: (b, [x]) =>
      b.op(
        "strided-slice",
        [x as TensorId, b.ints(1, 1), b.ints(2, 0), b.ints(1, -1)],
        { ...noMasks, beginMask: 2, endMask: 2, shrinkAxisMask: 1 },
        b.output(),
      ),
    expected: [{ shape: [3], values: [-6, 5, -4] }],
    int8: inputScale,
  },
  {
    name: "sub",
    inputs: [twoByThree, { shape: [2, 1], values: [1, -1] }],
    build: (b, [x, y]) =>
      b.op("sub", [x as TensorId, y as TensorId], { activation: "relu" }, b.output()),
    expected: [{ shape: [2, 3], values: [0, 0, 2, 0, 6, 0] }],
    int8: inputScale,
  },
  {
    name: "sum",
    inputs: [twoByThree],
    build: (b, [x]) => b.op("sum", [x as TensorId, b.ints(0)], { keepDims: false }, b.output()),
    expected: [{ shape: [3], values: [-3, 3, -3] }],
    int8: inputScale,
  },
  {
    name: "svdf",
    inputs: [{ shape: [1, 2], values: [1, -2] }],
    // Two filters of rank 1 with a memory of 2, whose older entry is 0 at first.
    build: (b, [x]) =>
      b.op(
        "svdf",
        [
          x as TensorId,
          b.weights([2, 2], 0, [1, -0.5, 2, 1.5]),
          b.weights([2, 2], 0, [7, 2, 7, 3]),
          b.bias([0.5, 0.25]),
          b.variable("state", { type: "float32", shape: [1, 4] }),
        ],
        { rank: 1, activation: "relu", asymmetricQuantizeInputs: false },
        b.output(),
      ),
    expected: [{ shape: [1, 2], values: [2 * 2 + 0.5, 0] }],
    isStateful: true,
  },
  {
    name: "transpose",
    inputs: [{ shape: [1, 2, 3], values: twoByThree.values }],
    build: (b, [x]) => b.op("transpose", [x as TensorId, b.ints(2, 0, 1)], {}, b.output()),
    expected: [{ shape: [3, 1, 2], values: [1, -4, -2, 5, 3, -6] }],
    int8: inputScale,
  },
  {
    name: "transpose-conv",
    inputs: [{ shape: [1, 1, 2, 1], values: [1, -2] }],
    build: (b, [x]) =>
      b.op(
        "transpose-conv",
        [
          b.ints(1, 2, 4, 2),
          b.weights([2, 2, 2, 1], 0, [1, 2, 3, 4, -1, 0, 0, 1]),
          x as TensorId,
          undefined,
        ],
        { ...window, padding: "valid", activation: "none" },
        b.output(),
      ),
    expected: [
      {
        shape: [1, 2, 4, 2],
        values: [1, -1, 2, 0, -2, 2, -4, 0, 3, 0, 4, 1, -6, 0, -8, -2],
      },
    ],
    int8: perTensor(1 / 8, 0),
  },
  {
    name: "transpose-conv with a bias",
    inputs: [{ shape: [1, 2, 2, 1], values: [1, -2, 0, 3] }],
    build: (b, [x]) =>
      b.op(
        "transpose-conv",
        [b.ints(1, 2, 3, 1), b.activations([1, 1, 1, 1], [2]), x as TensorId, b.bias([0.5])],
        { ...window, padding: "same", activation: "none" },
        b.output(),
      ),
    expected: [{ shape: [1, 2, 3, 1], values: [2.5, 0.5, -3.5, 0.5, 0.5, 6.5] }],
    int8: inputScale,
  },
  {
    name: "unidirectional-sequence-lstm",
    inputs: [{ shape: [2, 1, 1], values: [1, -1] }],
    // Without an input gate, 1 − forget gate takes its place. Time comes first.
    build: (b, [x]) => {
      const weight = (value: number) => b.weights([1, 1], 0, [value]);
      return b.op(
        "unidirectional-sequence-lstm",
        [
          x as TensorId,
          undefined,
          ...([weight(0.5), weight(2), weight(-1)] as const),
          undefined,
          ...([weight(0.25), weight(-0.5), weight(1)] as const),
          ...([undefined, undefined, undefined] as const),
          undefined,
          ...([b.bias([0.25]), b.bias([0.5]), b.bias([-0.25])] as const),
          undefined,
          undefined,
          b.variable("output state", { type: "float32", shape: [1, 1] }),
          b.variable("cell state", { type: "float32", shape: [1, 1] }),
          ...([undefined, undefined, undefined, undefined] as const),
        ],
        {
          activation: "tanh",
          cellClip: 0.5,
          projectionClip: 0,
          timeMajor: true,
          asymmetricQuantizeInputs: false,
          intermediates: [],
        },
        b.output(),
      );
    },
    expected: [{ shape: [2, 1, 1], values: lstmOutputs([1, -1]) }],
    isStateful: true,
  },
  {
    name: "unpack",
    inputs: [twoByThree],
    build: (b, [x]) =>
      b.opWithOutputs("unpack", [x as TensorId], { axis: 0, count: 2 }, [
        b.output("first"),
        b.output("second"),
      ]),
    expected: [
      { shape: [3], values: [1, -2, 3] },
      { shape: [3], values: [-4, 5, -6] },
    ],
    int8: inputScale,
  },
];

/** The case's weights with one unit: a coupled input gate, and cells clipped to ±0.5. */
function lstmOutputs(inputs: readonly number[]): readonly number[] {
  let output = 0;
  let cell = 0;
  return inputs.map((x) => {
    const forget = sigmoid(0.5 * x + 0.25 * output + 0.25);
    const candidate = Math.tanh(2 * x - 0.5 * output + 0.5);
    const gate = sigmoid(-x + output - 0.25);
    cell = Math.min(Math.max(forget * cell + (1 - forget) * candidate, -0.5), 0.5);
    return (output = gate * Math.tanh(cell));
  });
}
