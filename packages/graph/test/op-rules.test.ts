import { describe, expect, test } from "vitest";
import {
  graphBuilder,
  multiplyAccumulates,
  type NewOutput,
  type Op,
  opRules,
  printGraph,
  type Shape,
  type TensorId,
} from "@smidgen/graph";

interface Attempt {
  readonly kind: Op["kind"];
  /** Floats by their shape, int32 constants by their entries, state by `variable`; `undefined` if left out. */
  readonly operands: readonly (Operand | undefined)[];
  readonly options?: object;
  readonly outputs?: number;
}

type Operand = Shape | { readonly ints: readonly number[] } | { readonly variable: Shape };

/** The graph of one operator; throws if it does not take its operands. */
function graphOf({ kind, operands, options = {}, outputs = 1 }: Attempt) {
  const b = graphBuilder(kind);
  const ids = operands.map((operand, i): TensorId | undefined => {
    const name = `operand ${i}`;
    if (operand === undefined) return undefined;
    if ("variable" in operand)
      return b.variable(name, { type: "float32", shape: operand.variable });
    if (!("ints" in operand)) return b.input(name, { type: "float32", shape: operand });
    const data = Int32Array.from(operand.ints);
    return b.constant(name, { type: "int32", shape: [data.length], data });
  });
  const given = Array.from({ length: outputs }, (_, i): NewOutput => ({
    name: `output ${i}`,
    type: "float32",
  }));
  return b.build(b.opWithOutputs(kind, ids as never, options, given));
}

const linear = { activation: "none" } as const;
const noMasks = {
  beginMask: 0,
  endMask: 0,
  ellipsisMask: 0,
  newAxisMask: 0,
  shrinkAxisMask: 0,
  offset: false,
};
const centers = { alignCorners: true, halfPixelCenters: true };
const ints = (...entries: readonly number[]) => ({ ints: entries });

describe("an operator refuses", () => {
  test.each<[broken: string, attempt: Attempt, text: string]>([
    [
      "two axes where it takes one",
      { kind: "arg-max", operands: [[2, 3], ints(0, 1)] },
      "axis has 2 entries",
    ],
    [
      "an axis outside the rank",
      { kind: "expand-dims", operands: [[2, 3], ints(3)] },
      "axis 3 is outside a rank of 3",
    ],
    [
      "an axis that is not known beforehand",
      { kind: "split", operands: [[1], [2, 3]], options: { count: 1 } },
      "axis %0 must be an int32 constant",
    ],
    [
      "to concatenate unequal dimensions",
      {
        kind: "concatenation",
        operands: [
          [2, 3],
          [1, 3],
        ],
        options: { axis: 1, ...linear },
      },
      "[1, 3] does not continue [2, 3] along axis 1",
    ],
    [
      "to stack unequal shapes",
      { kind: "pack", operands: [[2], [1]], options: { axis: 0 } },
      "[1] cannot be stacked on [2]",
    ],
    [
      "to gather in batches that differ",
      {
        kind: "gather",
        operands: [
          [2, 3],
          [1, 3],
        ],
        options: { axis: 1, batchDims: 1 },
      },
      "the first 1 dimensions of input and positions differ",
    ],
    [
      "to gather in more batches than lie before the axis",
      { kind: "gather", operands: [[2, 3], [2]], options: { axis: 0, batchDims: 1 } },
      "1 batch dimensions do not fit axis 0",
    ],
    [
      "positions of two dimensions in a table",
      {
        kind: "embedding-lookup",
        operands: [
          [1, 2],
          [3, 4],
        ],
      },
      "positions have rank 2, 1 expected",
    ],
    [
      "negative paddings",
      { kind: "pad", operands: [[2], ints(-1, 0)] },
      "paddings [-1, 0] are not two counts",
    ],
    [
      "too few paddings",
      { kind: "pad-v2", operands: [[2, 2], ints(1, 1), []] },
      "paddings [1, 1] are not two counts for each of 2 dimensions",
    ],
    [
      "slopes that would stretch the input",
      {
        kind: "prelu",
        operands: [
          [1, 2],
          [3, 2],
        ],
      },
      "alpha makes the input [3, 2]",
    ],
    [
      "aligned corners with half-pixel centers",
      { kind: "resize-bilinear", operands: [[1, 2, 2, 1], ints(4, 4)], options: centers },
      "corners cannot be aligned",
    ],
    [
      "a size of one number",
      {
        kind: "resize-nearest-neighbor",
        operands: [[1, 2, 2, 1], ints(4)],
        options: { alignCorners: false, halfPixelCenters: false },
      },
      "size is not [height, width]",
    ],
    [
      "a slice that reaches outside",
      { kind: "slice", operands: [[2, 3], ints(0, 2), ints(2, 2)] },
      "2 from 2 is not inside dimension 1 of 3",
    ],
    [
      "parts that are not equal",
      { kind: "split", operands: [ints(1), [2, 3]], options: { count: 2 }, outputs: 2 },
      "3 slices along axis 1 do not split into 2 parts",
    ],
    [
      "to squeeze more than one cell",
      { kind: "squeeze", operands: [[1, 3]], options: { axes: [-1] } },
      "dimension 1 is 3",
    ],
    [
      "a strided slice of nothing",
      {
        kind: "strided-slice",
        operands: [[4], ints(3), ints(1), ints(1)],
        options: noMasks,
      },
      "nothing of dimension 0 is left",
    ],
    [
      "a stride of 0",
      { kind: "strided-slice", operands: [[4], ints(0), ints(1), ints(0)], options: noMasks },
      "stride 0 is 0",
    ],
    [
      "to drop a dimension while walking back",
      {
        kind: "strided-slice",
        operands: [[4], ints(2), ints(0), ints(-1)],
        options: { ...noMasks, shrinkAxisMask: 1 },
      },
      "stride 0 is -1; it must be positive where a dimension is dropped",
    ],
    [
      "a permutation that repeats a dimension",
      { kind: "transpose", operands: [[2, 3], ints(1, 1)] },
      "[1, 1] is no permutation of 2 dimensions",
    ],
    [
      "an output that no convolution takes to the input",
      {
        kind: "transpose-conv",
        operands: [ints(1, 4, 4, 1), [1, 2, 2, 1], [1, 4, 4, 1], undefined],
        options: { padding: "valid", strideHeight: 2, strideWidth: 2, ...linear },
      },
      "a convolution takes 4×4 to 2×2, the input is 4×4",
    ],
    [
      "to unpack another number of slices",
      { kind: "unpack", operands: [[2, 3]], options: { axis: 0, count: 3 }, outputs: 3 },
      "dimension 0 of 2 does not unpack into 3",
    ],
    ["a table as SVDF input", svdf({ input: [1, 2, 1] }), "input has rank 3, 2 expected"],
    [
      "SVDF weights of another depth",
      svdf({ feature: [4, 3] }),
      "featureWeights has shape [4, 3], [4, 2] expected",
    ],
    [
      "SVDF filters that differ in number",
      svdf({ time: [3, 5] }),
      "timeWeights has shape [3, 5], [4, 5] expected",
    ],
    [
      "an SVDF state that does not persist",
      svdf({ state: [1, 20] }),
      "state [1, 20] is not a variable",
    ],
    ["an odd SVDF rank", svdf({ rank: 3 }), "4 filters do not divide by rank 3"],
    [
      "LSTM weights of another depth",
      lstm({ 2: [3, 4] }),
      "inputToForget has shape [3, 4], [3, 2] expected",
    ],
    [
      "recurrent LSTM weights of other units",
      lstm({ 8: [3, 2] }),
      "recurrentToOutput has shape [3, 2], [3, 3] expected",
    ],
    ["an LSTM bias of another length", lstm({ 13: [4] }), "forgetBias has shape [4], [3] expected"],
    [
      "an LSTM state for another batch",
      lstm({ 19: { variable: [1, 3] } }),
      "cellState [1, 3] is not a variable of [2, 3]",
    ],
    ["half an input gate", lstm({ 5: undefined }), "must be there together, or none of them"],
    ["intermediates with contents", lstm({}, [0]), "intermediate %0 must be a scalar"],
    ["intermediates that do not exist", lstm({}, [99]), "tensor %99 does not exist"],
  ])("%s", (_, attempt, text) => {
    expect(() => graphOf(attempt)).toThrow(
      expect.objectContaining({ code: "invalid-graph", message: expect.stringContaining(text) }),
    );
  });
});

test.each([
  // begin end stride cells; counted from begin, −2 is position 2 of 4 again
  [1, 2, 1, 2],
  [3, -2, -1, 2],
  [3, -5, -1, 1],
])(
  "a strided slice from %d with offset %d and stride %d has %d cells",
  (begin, end, stride, cells) => {
    const graph = graphOf({
      kind: "strided-slice",
      operands: [[4], ints(begin), ints(end), ints(stride)],
      options: { ...noMasks, offset: true },
    });
    expect(graph.tensors.at(-1)?.shape).toEqual([cells]);
  },
);

test("an LSTM with a projection reads and writes what it projects to", () => {
  const { ops, tensors, outputs } = graphOf(
    lstm({
      ...Object.fromEntries([5, 6, 7, 8].map((i) => [i, [3, 4]])),
      16: [4, 3],
      17: [4],
      18: { variable: [2, 4] },
    }),
  );
  expect(tensors[outputs[0] as number]?.shape).toEqual([2, 7, 4]);
  // Four gates of 3 × (2 + 4), and 4 × 3, for each of 2 × 7 steps.
  expect(multiplyAccumulates(ops[0] as Op, tensors)).toBe(14 * (4 * 3 * 6 + 12));
});

test("repeated operands and outputs are printed one by one", () => {
  const graph = graphOf({
    kind: "split",
    operands: [ints(0), [2]],
    options: { count: 2 },
    outputs: 2,
  });
  expect(printGraph(graph)).toContain(
    '%2 = split(axis %0, input %1) { count: 2 } → "output 0" float32 [1]\n%3 = … → "output 1" float32 [1]\n',
  );
  const packed = graphOf({ kind: "pack", operands: [[2], [2]], options: { axis: 0 } });
  expect(printGraph(packed)).toContain("pack(input %0, input %1) { axis: 0 }");
});

function svdf(
  change: {
    readonly input?: Shape;
    readonly feature?: Shape;
    readonly time?: Shape;
    readonly state?: Shape;
    readonly rank?: number;
  } = {},
): Attempt {
  const { input = [1, 2], feature = [4, 2], time = [4, 5], rank = 2 } = change;
  const state = change.state ?? { variable: [1, 20] };
  return {
    kind: "svdf",
    operands: [input, feature, time, [2], state],
    options: { rank, ...linear, asymmetricQuantizeInputs: false },
  };
}

/** Batch 2, 7 steps, depth 2, 3 units. */
function lstm(
  changes: Readonly<Record<number, Operand | undefined>> = {},
  intermediates: readonly number[] = [],
): Attempt {
  const byRole: readonly [pattern: RegExp, operand: Operand | undefined][] = [
    [/^input$/, [2, 7, 2]],
    [/^inputTo/, [3, 2]],
    [/^recurrentTo/, [3, 3]],
    [/Bias$/, [3]],
    [/State$/, { variable: [2, 3] }],
  ];
  const kind = "unidirectional-sequence-lstm";
  const operands = opRules[kind].inputs.map((name, i) => {
    if (i in changes) return changes[i];
    return name === "projectionBias"
      ? undefined
      : byRole.find(([pattern]) => pattern.test(name))?.[1];
  });
  const clips = { cellClip: 0, projectionClip: 0 };
  const options = { activation: "tanh", ...clips, timeMajor: false, intermediates };
  return { kind, operands, options: { ...options, asymmetricQuantizeInputs: false } };
}
