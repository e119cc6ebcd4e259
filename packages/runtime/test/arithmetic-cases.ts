import fc from "fast-check";
import {
  type ElementArray,
  elementCount,
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

export type ArithmeticType = "float32" | "int8" | "int16";

/** One operator, what it is given, and how its output is stored. */
export interface ArithmeticCase {
  readonly kind: OpKind;
  readonly options: object;
  readonly operands: readonly Operand[];
  readonly output: Storage;
}

export interface Operand extends Storage {
  readonly shape: Shape;
  readonly data: ElementArray;
  /** Whether the graph holds it, instead of being given it. */
  readonly isConstant: boolean;
}

interface Storage {
  readonly type: ArithmeticType | "int32";
  readonly quantization?: Quantization;
}

/** These cases side by side: their operands that are not constant are the inputs, one output each. */
export function graphOfCases(cases: readonly ArithmeticCase[]): Graph {
  const b = graphBuilder("arithmetic");
  const outputs = cases.map(({ kind, options, operands, output }, i) => {
    const ids = operands.map((operand, j) => addOperand(b, `${i}/operand ${j}`, operand));
    return b.op(kind, ids as never, options, { name: `${i}/output`, ...output });
  });
  return b.build(outputs);
}

/** What the inputs of `graphOfCases` are given. */
export function inputsOfCases(cases: readonly ArithmeticCase[]): readonly ElementArray[] {
  return cases.flatMap(({ operands }) =>
    operands.filter(({ isConstant }) => !isConstant).map(({ data }) => data),
  );
}

/** All that is known about a case besides its data, on one line. */
export function titleOf({ kind, options, operands, output }: ArithmeticCase): string {
  const stored = ({ type, quantization }: Storage) =>
    quantization?.kind === "per-tensor"
      ? `${type} × ${quantization.scale} from ${quantization.zeroPoint}`
      : type;
  const inputs = operands.map(
    (operand) =>
      `${stored(operand)} [${operand.shape.join()}]${operand.isConstant ? " constant" : ""}`,
  );
  return `${kind} ${JSON.stringify(options)} ${inputs.join(", ")} → ${stored(output)}`;
}

function addOperand(b: GraphBuilder, name: string, operand: Operand): TensorId {
  const { isConstant, data, ...tensor } = operand;
  return isConstant ? b.constant(name, { ...tensor, data: data as never }) : b.input(name, tensor);
}

/** Cases of one kind and type, always the same. Those of integers have scales and zero points up to their extremes. */
export function drawCases(kind: DrawnKind, type: ArithmeticType): readonly ArithmeticCase[] {
  return fc.sample(fc.noBias(arbitraries[kind](type)), { seed: 7, numRuns: 40 });
}

const dimension = fc.integer({ min: 1, max: 4 });
const shape = fc.array(dimension, { minLength: 1, maxLength: 4 });
const activation = fc.constantFrom("none", "relu", "relu-n1-to-1", "relu6");

/** A number whose logarithm is uniform, as a float32. */
function logUniform(min: number, max: number): fc.Arbitrary<number> {
  // Doubles that fast-check draws are dense near 0.
  return fc
    .integer({ min: 0, max: 2 ** 20 })
    .map((step) => Math.fround(min * (max / min) ** (step / 2 ** 20)));
}

const inputScale = fc.oneof(
  { weight: 3, arbitrary: logUniform(2 ** -9, 2 ** -3) },
  logUniform(2 ** -14, 2 ** 3),
  fc.constantFrom(1 / 16, 1 / 256, 1),
);

function zeroPointOf(type: ArithmeticType): fc.Arbitrary<number> {
  return type === "int8"
    ? fc.oneof(fc.integer({ min: -128, max: 127 }), fc.constantFrom(-128, 0, 127))
    : fc.constant(0);
}

function storageOf(type: ArithmeticType, scale: fc.Arbitrary<number>): fc.Arbitrary<Storage> {
  if (type === "float32") return fc.constant({ type });
  return fc
    .tuple(scale, zeroPointOf(type))
    .map(([real, zeroPoint]) => ({ type, quantization: perTensor(real, zeroPoint) }));
}

function scaleOf({ quantization }: Storage): number {
  return quantization?.kind === "per-tensor" ? quantization.scale : 1;
}

function dataOf(type: ArithmeticType, length: number): fc.Arbitrary<ElementArray> {
  const [min, max] = elementTypes[type].range ?? [0, 0];
  const element =
    type === "float32"
      ? fc.oneof(
          {
            weight: 9,
            arbitrary: fc.integer({ min: -(2 ** 20), max: 2 ** 20 }).map((x) => x / 90_000),
          },
          fc.constantFrom(0, -0, 100, -100, 1e-30, -3, 3),
        )
      : fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min, max }) },
          fc.constantFrom(min, max, 0, 1, -1),
        );
  return fc
    .array(element, { minLength: length, maxLength: length, size: "max" })
    .map((values) => arrays[type].from(values));
}

const arrays = { float32: Float32Array, int8: Int8Array, int16: Int16Array };

/** Every value that an int8 can have; a sample of the values of other types. */
function operandOf(storage: Storage, ofShape: Shape): fc.Arbitrary<Operand> {
  return dataOf(storage.type as ArithmeticType, elementCount(ofShape)).map((data) => ({
    ...storage,
    shape: ofShape,
    data,
    isConstant: false,
  }));
}

/** Two shapes that stretch to a common one; if not `both`, only the second is stretched. */
function broadcastPair(both: boolean): fc.Arbitrary<readonly [Shape, Shape]> {
  return shape.chain((common) =>
    fc
      .tuple(
        fc.array(fc.boolean(), { minLength: common.length, maxLength: common.length }),
        fc.array(fc.boolean(), { minLength: common.length, maxLength: common.length }),
        fc.nat({ max: common.length - 1 }),
        fc.boolean(),
      )
      .map(([aStretch, bStretch, dropped, isEqual]) => {
        if (isEqual) return [common, common] as const;
        const a = common.map((size, i) => (both && aStretch[i] === true ? 1 : size));
        const b = common.map((size, i) => (bStretch[i] === true ? 1 : size));
        return [a, b.slice(dropped)] as const;
      }),
  );
}

type CasesOf = (type: ArithmeticType) => fc.Arbitrary<ArithmeticCase>;

/** Outputs about as fine as the result needs, sometimes far from it. */
function outputScale(natural: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 4, arbitrary: logUniform(natural / 4, natural * 4) },
    logUniform(natural / 64, natural * 64),
    fc.constant(natural),
  );
}

function sumCases(kind: "add" | "sub" | "mul"): CasesOf {
  return (type) =>
    fc
      .tuple(
        broadcastPair(true),
        storageOf(type, inputScale),
        storageOf(type, inputScale),
        fc.constantFrom("neither", "a", "b"),
        activation,
      )
      .chain(([[aShape, bShape], aStorage, bStorage, constant, fused]) => {
        const scales = [scaleOf(aStorage), scaleOf(bStorage)] as const;
        const range = type === "int8" ? 128 : 32_768;
        const natural =
          kind === "mul" ? scales[0] * scales[1] * range : 2 * Math.max(scales[0], scales[1]);
        return fc.record({
          kind: fc.constant(kind),
          options: fc.constant({ activation: fused }),
          operands: fc.tuple(
            operandOf(aStorage, aShape).map((a) => ({ ...a, isConstant: constant === "a" })),
            operandOf(bStorage, bShape).map((b) => ({ ...b, isConstant: constant === "b" })),
          ),
          output: storageOf(type, outputScale(natural)),
        });
      });
}

/** An operator on each element alone: all values of int8, 600 of other types. */
function mapCases(
  kind: OpKind,
  options: fc.Arbitrary<object>,
  output: (type: ArithmeticType, input: Storage) => fc.Arbitrary<Storage>,
  input: (type: ArithmeticType) => fc.Arbitrary<Storage> = (type) => storageOf(type, inputScale),
): CasesOf {
  return (type) =>
    input(type).chain((storage) =>
      fc.record({
        kind: fc.constant(kind),
        options,
        operands: fc.tuple(
          type === "int8"
            ? fc.constant({
                ...storage,
                shape: [256],
                data: Int8Array.from({ length: 256 }, (_, i) => i - 128),
                isConstant: false,
              })
            : operandOf(storage, [600]),
        ),
        output: output(type, storage),
      }),
    );
}

const freeOutput = (type: ArithmeticType, input: Storage) =>
  storageOf(type, outputScale(scaleOf(input)));

/** An operator whose formula has the scale and zero point of its output built in. */
function fixedOutput(
  int8: Quantization,
  int16?: Quantization,
): (type: ArithmeticType) => fc.Arbitrary<Storage> {
  return (type) =>
    fc.constant(
      type === "float32"
        ? { type }
        : { type, quantization: (type === "int8" ? int8 : int16) as Quantization },
    );
}

function rowCases(
  kind: OpKind,
  options: fc.Arbitrary<object>,
  output: (type: ArithmeticType) => fc.Arbitrary<Storage>,
): CasesOf {
  return (type) =>
    fc
      .tuple(shape, fc.integer({ min: 1, max: 40 }), storageOf(type, inputScale))
      .chain(([outer, depth, storage]) =>
        fc.record({
          kind: fc.constant(kind),
          options,
          operands: fc.tuple(operandOf(storage, [...outer.slice(1), depth])),
          output: output(type),
        }),
      );
}

function reductionCases(kind: "mean" | "sum"): CasesOf {
  return (type) =>
    fc
      .tuple(shape, storageOf(type, inputScale), fc.boolean(), fc.nat(), fc.nat(), fc.boolean())
      .chain(([ofShape, storage, keepDims, first, length, isNegative]) => {
        const start = first % ofShape.length;
        const count = 1 + (length % (ofShape.length - start));
        const axes = Array.from({ length: count }, (_, i) =>
          isNegative ? start + i - ofShape.length : start + i,
        );
        const elements = elementCount(ofShape.slice(start, start + count));
        const natural = scaleOf(storage) * (kind === "sum" ? Math.sqrt(elements) : 1);
        return fc.record({
          kind: fc.constant(kind),
          options: fc.constant({ keepDims }),
          operands: fc.tuple(
            operandOf(storage, ofShape),
            fc.constant({
              type: "int32" as const,
              shape: [axes.length],
              data: Int32Array.from(axes),
              isConstant: true,
            }),
          ),
          output: storageOf(type, outputScale(natural)),
        });
      });
}

function poolCases(kind: "average-pool-2d" | "max-pool-2d"): CasesOf {
  return (type) =>
    fc
      .tuple(
        fc.tuple(
          dimension,
          fc.integer({ min: 3, max: 7 }),
          fc.integer({ min: 3, max: 7 }),
          dimension,
        ),
        storageOf(type, inputScale),
      )
      .chain(([ofShape, storage]) =>
        fc.record({
          kind: fc.constant(kind),
          options: fc.record({
            padding: fc.constantFrom("same", "valid"),
            strideHeight: fc.integer({ min: 1, max: 3 }),
            strideWidth: fc.integer({ min: 1, max: 3 }),
            filterHeight: fc.integer({ min: 2, max: 3 }),
            filterWidth: fc.integer({ min: 2, max: 3 }),
            activation,
          }),
          operands: fc.tuple(operandOf(storage, ofShape)),
          output: fc.constant(storage),
        }),
      );
}

function preluCases(type: ArithmeticType): fc.Arbitrary<ArithmeticCase> {
  const alphaType = type === "float32" ? "float32" : "int8";
  return fc
    .tuple(broadcastPair(false), storageOf(type, inputScale), storageOf(alphaType, inputScale))
    .chain(([[inputShape, alphaShape], input, alpha]) =>
      fc.record({
        kind: fc.constant("prelu" as const),
        options: fc.constant({}),
        operands: fc.tuple(
          operandOf(input, inputShape),
          operandOf(alpha, alphaShape).map((operand) => ({ ...operand, isConstant: true })),
        ),
        output: freeOutput(type, input),
      }),
    );
}

/** To another scale or type. */
function requantized(type: ArithmeticType, input: Storage): fc.Arbitrary<Storage> {
  const natural = type === "float32" ? 1 / 16 : scaleOf(input);
  return fc
    .constantFrom("int8" as const, "int16" as const)
    .chain((to) => storageOf(to, outputScale(natural)));
}

const none = fc.constant({});

const arbitraries = {
  add: sumCases("add"),
  sub: sumCases("sub"),
  mul: sumCases("mul"),
  "leaky-relu": mapCases(
    "leaky-relu",
    fc
      .oneof(
        fc.integer({ min: -2_000, max: 2_000 }).map((x) => x / 1_000),
        fc.constantFrom(0, 0.01, 0.2, 1),
      )
      .map((alpha) => ({ alpha: Math.fround(alpha) })),
    freeOutput,
  ),
  "hard-swish": mapCases("hard-swish", none, freeOutput),
  elu: mapCases("elu", none, freeOutput),
  prelu: preluCases,
  relu: mapCases("relu", none, freeOutput),
  relu6: mapCases("relu6", none, (_, input) => fc.constant(input)),
  logistic: mapCases(
    "logistic",
    none,
    fixedOutput(perTensor(1 / 256, -128), perTensor(1 / 32_768, 0)),
    sigmoidInput,
  ),
  tanh: mapCases(
    "tanh",
    none,
    fixedOutput(perTensor(1 / 128, 0), perTensor(1 / 32_768, 0)),
    sigmoidInput,
  ),
  softmax: rowCases(
    "softmax",
    fc.constantFrom(1, 0.5, 2).map((beta) => ({ beta })),
    fixedOutput(perTensor(1 / 256, -128), perTensor(1 / 32_768, 0)),
  ),
  "log-softmax": rowCases("log-softmax", none, fixedOutput(perTensor(1 / 16, 127))),
  "l2-normalization": rowCases(
    "l2-normalization",
    fc.constant({ activation: "none" }),
    fixedOutput(perTensor(1 / 128, 0)),
  ),
  quantize: mapCases("quantize", none, requantized),
  mean: reductionCases("mean"),
  sum: reductionCases("sum"),
  "average-pool-2d": poolCases("average-pool-2d"),
  "max-pool-2d": poolCases("max-pool-2d"),
} satisfies { readonly [K in OpKind]?: CasesOf };

export type DrawnKind = keyof typeof arbitraries;

/** int16 of scale 2⁻¹² or 2⁻¹¹ is computed in another way than the others. */
function sigmoidInput(type: ArithmeticType): fc.Arbitrary<Storage> {
  return storageOf(
    type,
    type === "int16"
      ? fc.oneof(fc.constantFrom(2 ** -12, 2 ** -11), logUniform(2 ** -15, 2 ** -8))
      : inputScale,
  );
}
