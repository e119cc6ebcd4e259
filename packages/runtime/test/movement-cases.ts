import fc from "fast-check";
import {
  type ElementArray,
  elementCount,
  type ElementType,
  elementTypes,
  type Graph,
  type GraphBuilder,
  graphBuilder,
  type OpKind,
  perTensor,
  type Quantization,
  type Shape,
  type TensorId,
} from "@smidgen/graph";

/** One operator that moves or picks values, what it is given, and how its outputs are stored. */
export interface MovementCase {
  readonly kind: OpKind;
  readonly options: object;
  readonly operands: readonly Operand[];
  readonly outputs: readonly Storage[];
}

export interface Operand extends Storage {
  readonly shape: Shape;
  readonly data: ElementArray;
  /** Whether the graph holds it, instead of being given it. */
  readonly isConstant: boolean;
}

interface Storage {
  readonly type: ElementType;
  readonly quantization?: Quantization | undefined;
}

/** These cases side by side: their operands that are not constant are the inputs; all their outputs. */
export function graphOfCases(cases: readonly MovementCase[]): Graph {
  const b = graphBuilder("movement");
  const outputs = cases.flatMap(({ kind, options, operands, outputs: stored }, i) => {
    const ids = operands.map((operand, j) => addOperand(b, `${i}/operand ${j}`, operand));
    const named = stored.map((output, j) => ({ name: `${i}/output ${j}`, ...output }));
    return b.opWithOutputs(kind, ids as never, options, named);
  });
  return b.build(outputs);
}

function addOperand(b: GraphBuilder, name: string, operand: Operand): TensorId {
  const { isConstant, data, ...tensor } = operand;
  return isConstant ? b.constant(name, { ...tensor, data: data }) : b.input(name, tensor);
}

/** What the inputs of `graphOfCases` are given. */
export function inputsOfCases(cases: readonly MovementCase[]): readonly ElementArray[] {
  return cases.flatMap(({ operands }) =>
    operands.filter(({ isConstant }) => !isConstant).map(({ data }) => data),
  );
}

/** All that is known about a case besides its data, on one line. */
export function titleOf({ kind, options, operands, outputs }: MovementCase): string {
  const inputs = operands.map(({ type, shape, data, isConstant }) =>
    isConstant && data.length < 12
      ? `${type} [${shape.join()}] {${data.join()}}`
      : `${type} [${shape.join()}]`,
  );
  const types = outputs.map(({ type }) => type);
  return `${kind} ${JSON.stringify(options)} ${inputs.join(", ")} → ${types.join(", ")}`;
}

/** Cases of one kind and type, always the same; other ones for another type. */
export function drawCases(kind: MovementKind, type: ElementType): readonly MovementCase[] {
  const seed = Object.keys(elementTypes).indexOf(type);
  return fc.sample(fc.noBias(casesOf[kind](type)), { seed, numRuns: casesPerKind });
}

export const casesPerKind = 25;

const size = fc.integer({ min: 1, max: 4 });
const shapeOfRank = (min: number, max: number): fc.Arbitrary<Shape> =>
  fc.array(size, { minLength: min, maxLength: max });

/** Integers that are activations have the same scale and zero point everywhere. */
function storageOf(type: ElementType): fc.Arbitrary<Storage> {
  if (type === "int8") {
    return fc
      .tuple(fc.constantFrom(0.5, 0.047, 1 / 256), fc.integer({ min: -128, max: 127 }))
      .map(([scale, zeroPoint]) => ({ type, quantization: perTensor(scale, zeroPoint) }));
  }
  return fc.constant(type === "int16" ? { type, quantization: perTensor(1 / 512, 0) } : { type });
}

function dataOf(type: ElementType, length: number): fc.Arbitrary<ElementArray> {
  return fc.integer().map((seed) => {
    let state = seed >>> 0;
    const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
    const array = new elementTypes[type].array(length);
    if (type === "float32") {
      return (array as Float32Array).map(() => (next() / 2 ** 32 - 0.5) * 8);
    }
    if (type === "bool") return (array as Uint8Array).map(() => next() >>> 31);
    const bytes = new Uint8Array(array.buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = next() >>> 24;
    return array;
  });
}

function operandOf(storage: Storage, shape: Shape): fc.Arbitrary<Operand> {
  return dataOf(storage.type, elementCount(shape)).map((data) => ({
    ...storage,
    shape,
    data,
    isConstant: false,
  }));
}

function integers(values: readonly number[], shape: Shape = [values.length]): Operand {
  return { type: "int32", shape, data: Int32Array.from(values), isConstant: true };
}

/** An axis of a tensor, counted from the beginning or from the end. */
function axisOf(rank: number): fc.Arbitrary<number> {
  return fc.integer({ min: -rank, max: rank - 1 });
}

type CasesOf = (type: ElementType) => fc.Arbitrary<MovementCase>;

/** Cases of an operator with one input, whose options and further operands depend on its shape. */
function oneInput(
  kind: OpKind,
  shapes: fc.Arbitrary<Shape>,
  rest: (
    shape: Shape,
    storage: Storage,
  ) => fc.Arbitrary<{
    readonly options?: object;
    readonly before?: readonly Operand[];
    readonly behind?: readonly Operand[];
    readonly output?: Storage;
    readonly outputCount?: number;
  }>,
): CasesOf {
  return (type) =>
    fc.tuple(shapes, storageOf(type)).chain(([shape, storage]) =>
      fc
        .tuple(operandOf(storage, shape), rest(shape, storage))
        .map(
          ([
            input,
            { options = {}, before = [], behind = [], output = storage, outputCount = 1 },
          ]) => ({
            kind,
            options,
            operands: [...before, input, ...behind],
            outputs: Array.from({ length: outputCount }, () => output),
          }),
        ),
    );
}

const casesOf = {
  concatenation: (type) =>
    fc.tuple(shapeOfRank(1, 4), storageOf(type), size).chain(([shape, storage, count]) =>
      axisOf(shape.length).chain((axis) =>
        fc
          .array(
            size.chain((along) => operandOf(storage, shape.with(axis, along))),
            { minLength: count, maxLength: count },
          )
          .map((operands) => ({
            kind: "concatenation",
            options: { axis, activation: "none" },
            operands,
            outputs: [storage],
          })),
      ),
    ),
  pack: (type) =>
    fc.tuple(shapeOfRank(0, 3), storageOf(type), size).chain(([shape, storage, count]) =>
      fc
        .tuple(
          axisOf(shape.length + 1),
          fc.array(operandOf(storage, shape), { minLength: count, maxLength: count }),
        )
        .map(([axis, operands]) => ({
          kind: "pack",
          options: { axis },
          operands,
          outputs: [storage],
        })),
    ),
  split: (type) =>
    fc.tuple(shapeOfRank(1, 4), size).chain(([shape, count]) =>
      axisOf(shape.length).chain((axis) =>
        oneInput("split", fc.constant(shape.with(axis, count * (shape.at(axis) as number))), () =>
          fc.constant({
            options: { count },
            before: [integers([axis], [])],
            outputCount: count,
          }),
        )(type),
      ),
    ),
  unpack: oneInput("unpack", shapeOfRank(1, 4), (shape) =>
    axisOf(shape.length).map((axis) => {
      const count = shape.at(axis) as number;
      return { options: { axis, count }, outputCount: count };
    }),
  ),
  pad: oneInput("pad", shapeOfRank(1, 5), (shape) =>
    paddingsOf(shape).map((paddings) => ({ behind: [paddings] })),
  ),
  "pad-v2": oneInput("pad-v2", shapeOfRank(1, 5), (shape, storage) =>
    fc
      .tuple(paddingsOf(shape), operandOf(storage, []), fc.boolean())
      .map(([paddings, value, isConstant]) => ({ behind: [paddings, { ...value, isConstant }] })),
  ),
  squeeze: oneInput("squeeze", shapeOfRank(1, 5), (shape) => {
    const ones = shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
    return fc.tuple(fc.subarray(ones), fc.boolean()).map(([axes, isNegative]) => ({
      options: { axes: axes.map((axis) => (isNegative ? axis - shape.length : axis)) },
    }));
  }),
  "expand-dims": oneInput("expand-dims", shapeOfRank(0, 4), (shape) =>
    axisOf(shape.length + 1).map((axis) => ({ behind: [integers([axis], [])] })),
  ),
  transpose: oneInput("transpose", shapeOfRank(1, 5), (shape) =>
    fc
      .shuffledSubarray([...shape.keys()], { minLength: shape.length })
      .map((permutation) => ({ behind: [integers(permutation)] })),
  ),
  slice: oneInput("slice", shapeOfRank(1, 5), (shape) =>
    fc
      .tuple(
        ...shape.map((extent) => fc.tuple(fc.nat(), fc.nat(), fc.boolean(), fc.constant(extent))),
      )
      .map((draws) => {
        const begin = draws.map(([first, , , extent]) => first % extent);
        const counts = draws.map(([, length, toEnd, extent], axis) =>
          toEnd ? -1 : 1 + (length % (extent - (begin[axis] as number))),
        );
        return { behind: [integers(begin), integers(counts)] };
      }),
  ),
  "strided-slice": oneInput("strided-slice", shapeOfRank(1, 4), (shape) =>
    fc.tuple(...shape.map(stridedRange)).map((ranges) => {
      const mask = (of: (range: Range) => boolean) =>
        ranges.reduce((bits, range, axis) => bits | (of(range) ? 1 << axis : 0), 0);
      return {
        options: {
          beginMask: mask(({ ignoresBegin }) => ignoresBegin),
          endMask: mask(({ ignoresEnd }) => ignoresEnd),
          shrinkAxisMask: mask(({ shrinks }) => shrinks),
          ellipsisMask: 0,
          newAxisMask: 0,
          offset: false,
        },
        behind: [
          integers(ranges.map(({ begin }) => begin)),
          integers(ranges.map(({ end }) => end)),
          integers(ranges.map(({ stride }) => stride)),
        ],
      };
    }),
  ),
  gather: (type) =>
    shapeOfRank(1, 4).chain((shape) =>
      fc
        .tuple(fc.nat({ max: shape.length - 1 }), fc.nat(), shapeOfRank(0, 2), fc.boolean())
        .chain(([axis, batches, more, isConstant]) => {
          const batchDims = batches % (axis + 1);
          const positions = [...shape.slice(0, batchDims), ...more];
          return fc
            .array(fc.nat({ max: (shape[axis] as number) - 1 }), {
              minLength: elementCount(positions),
              maxLength: elementCount(positions),
              size: "max",
            })
            .chain((values) =>
              oneInput("gather", fc.constant(shape), () =>
                fc.constant({
                  options: { axis, batchDims },
                  behind: [{ ...integers(values, positions), isConstant }],
                }),
              )(type),
            );
        }),
    ),
  "embedding-lookup": (type) =>
    fc
      .tuple(fc.integer({ min: 1, max: 20 }), shapeOfRank(1, 2), fc.boolean())
      .chain(([rows, row, isFloat]) =>
        fc.array(fc.nat({ max: rows - 1 }), { minLength: 1, maxLength: 6 }).chain((positions) =>
          tableOf(type, isFloat, [rows, ...row]).map((table) => ({
            kind: "embedding-lookup",
            options: {},
            operands: [
              { ...integers(positions), isConstant: false },
              { ...table, isConstant: true },
            ],
            outputs: [isFloat ? { type: "float32" } : storageOnly(table)],
          })),
        ),
      ),
  "arg-max": oneInput("arg-max", shapeOfRank(1, 4), (shape) =>
    axisOf(shape.length).map((axis) => ({
      behind: [integers([axis], [])],
      output: { type: "int32" },
    })),
  ),
  "reduce-max": oneInput("reduce-max", shapeOfRank(1, 4), (shape) =>
    fc
      .tuple(fc.subarray([...shape.keys()], { minLength: 1 }), fc.boolean(), fc.boolean())
      .map(([axes, isNegative, keepDims]) => ({
        options: { keepDims },
        behind: [integers(axes.map((axis) => (isNegative ? axis - shape.length : axis)))],
      })),
  ),
  maximum: pairCases("maximum"),
  minimum: pairCases("minimum"),
  "resize-nearest-neighbor": resizeCases("resize-nearest-neighbor"),
  "resize-bilinear": resizeCases("resize-bilinear"),
  cast: (type) =>
    fc.constantFrom<ElementType>("float32", "int8", "int16", "int32").chain((to) =>
      fc
        .tuple(shapeOfRank(1, 3), dataOf(type, 64), fc.constantFrom(1, 30))
        .map(([shape, data, factor]) => ({
          kind: "cast",
          options: {},
          operands: [
            {
              type,
              shape,
              data: (data as Float32Array)
                .slice(0, elementCount(shape))
                .map((x) => (type === "float32" ? x * factor : x)),
              isConstant: false,
            },
          ],
          outputs: [{ type: to }],
        })),
    ),
} satisfies { readonly [K in OpKind]?: CasesOf };

export type MovementKind = keyof typeof casesOf;

function storageOnly({ type, quantization }: Storage): Storage {
  return { type, quantization };
}

/** A table whose rows can become floats has zero point 0. */
function tableOf(type: ElementType, isFloat: boolean, shape: Shape): fc.Arbitrary<Operand> {
  const storage =
    isFloat && type === "int8"
      ? fc.constant({ type, quantization: perTensor(0.047, 0) })
      : storageOf(type);
  return storage.chain((stored) => operandOf(stored, shape));
}

function paddingsOf(shape: Shape): fc.Arbitrary<Operand> {
  const count = fc.oneof(fc.constant(0), fc.nat({ max: 2 }));
  return fc
    .array(count, { minLength: 2 * shape.length, maxLength: 2 * shape.length })
    .map((cells) => integers(cells, [shape.length, 2]));
}

interface Range {
  readonly begin: number;
  readonly end: number;
  readonly stride: number;
  readonly ignoresBegin: boolean;
  readonly ignoresEnd: boolean;
  readonly shrinks: boolean;
}

/** Any range that takes at least one cell. */
function stridedRange(extent: number): fc.Arbitrary<Range> {
  return fc
    .record({
      begin: fc.integer({ min: -extent - 1, max: extent }),
      end: fc.integer({ min: -extent - 2, max: extent + 1 }),
      stride: fc.constantFrom(1, 1, 2, 3, -1, -2),
      ignoresBegin: fc.boolean(),
      ignoresEnd: fc.boolean(),
      shrinks: fc.nat({ max: 4 }).map((draw) => draw === 0),
    })
    .filter((range) => cellsOf(range, extent) > 0);
}

function cellsOf(range: Range, extent: number): number {
  const { stride, shrinks } = range;
  const low = stride > 0 ? 0 : -1;
  const limit = (position: number) =>
    Math.min(Math.max(position < 0 ? position + extent : position, low), low + extent);
  const first = stride > 0 ? 0 : extent - 1;
  const begin = range.ignoresBegin ? first : limit(range.begin);
  if (shrinks) return stride > 0 && begin < extent ? 1 : 0;
  const end = range.ignoresEnd ? (stride > 0 ? extent : -1) : limit(range.end);
  return Math.ceil((end - begin) / stride);
}

function pairCases(kind: "maximum" | "minimum"): CasesOf {
  return (type) =>
    fc.tuple(shapeOfRank(1, 4), storageOf(type)).chain(([shape, storage]) => {
      const stretched = fc
        .tuple(
          fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
          fc.nat({ max: shape.length - 1 }),
          fc.boolean(),
        )
        .map(([ones, dropped, isEqual]) =>
          isEqual
            ? shape
            : shape.map((extent, i) => (ones[i] === true ? 1 : extent)).slice(dropped),
        );
      return fc.tuple(stretched, fc.boolean()).chain(([other, isSwapped]) =>
        fc.tuple(operandOf(storage, shape), operandOf(storage, other)).map(([a, b]) => ({
          kind,
          options: {},
          operands: isSwapped ? [b, a] : [a, b],
          outputs: [storage],
        })),
      );
    });
}

function resizeCases(kind: "resize-nearest-neighbor" | "resize-bilinear"): CasesOf {
  // Places of floats drift apart in large images.
  const side = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 9 }) },
    fc.integer({ min: 10, max: 64 }),
  );
  return oneInput(kind, fc.tuple(fc.integer({ min: 1, max: 2 }), side, side, size), () =>
    fc
      .tuple(side, side, fc.constantFrom("neither", "corners", "centers"))
      .map(([height, width, aligned]) => ({
        options: {
          alignCorners: aligned === "corners",
          halfPixelCenters: aligned === "centers",
        },
        behind: [integers([height, width])],
      })),
  );
}
