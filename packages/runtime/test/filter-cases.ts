import {
  type Activation,
  type ElementType,
  type GraphBuilder,
  perAxis,
  perTensor,
  type Quantization,
  type Shape,
  type TensorId,
} from "@smidgen/graph";
import type { RandomValues } from "./random-values.ts";

export type FilterOp = "fully-connected" | "conv-2d" | "depthwise-conv-2d" | "transpose-conv";

/** How the operands of an operator with a filter are stored. */
export interface FilterTypes {
  readonly activations: "float32" | "int8" | "int16";
  readonly weights: "float32" | "int8" | "int4";
  readonly bias: "float32" | "int32" | "int64";
  /** Whether there is a scale for each output channel; either, by chance, if not given. */
  readonly isPerChannel?: boolean;
  /** One of several, by chance, if not given. */
  readonly activation?: Activation;
  /** By chance, if not given. */
  readonly hasBias?: boolean;
}

/** An operator of random sizes, weights, scales and options, behind an input of its own. */
export function addFilterOp(
  b: GraphBuilder,
  name: string,
  kind: FilterOp,
  types: FilterTypes,
  random: RandomValues,
): TensorId {
  const { int, real, pick } = random;
  const {
    input: inputShape,
    filter,
    channels,
    axis,
    outputShape,
    options,
  } = geometryOf(kind, random);
  const inputScale = real(0.01, 0.1);
  const isPerChannel = types.isPerChannel ?? pick(true, false);
  const weightMax = types.weights === "int4" ? 7 : 127;
  const weightScales = Array.from({ length: isPerChannel ? channels : 1 }, () =>
    Math.fround(real(0.2, 1) / weightMax),
  );
  const terms = count(filter) / channels;
  const activationMax = types.activations === "int16" ? 32_767 : 127;
  const largest = inputScale * activationMax * Math.sqrt(terms);
  const outputScale = (largest * real(0.1, 1)) / activationMax;
  const storedAs = (type: ElementType, quantization: Quantization) =>
    type === "float32" ? { type } : { type, quantization };
  const zeroPoint = () => (types.activations === "int16" ? 0 : int(-128, 127));

  const input = b.input(`${name}/input`, {
    shape: inputShape,
    ...storedAs(types.activations, perTensor(inputScale, zeroPoint())),
  });
  const weights = b.constant(`${name}/filter`, {
    shape: filter,
    data:
      types.weights === "float32"
        ? random.float32(count(filter), 1)
        : random.int8(count(filter), types.weights === "int4" ? -8 : -weightMax, weightMax),
    ...storedAs(
      types.weights,
      isPerChannel ? perAxis(axis, weightScales) : perTensor(weightScales[0] as number, 0),
    ),
  });
  const biasScales = weightScales.map((scale) => Math.fround(inputScale) * scale);
  const biasLimit = Math.trunc((largest * 0.2) / Math.max(...biasScales));
  const bias =
    (types.hasBias ?? pick(true, true, false))
      ? b.constant(`${name}/bias`, {
          shape: [channels],
          data: biasData(types.bias, channels, biasLimit, random),
          ...storedAs(
            types.bias,
            isPerChannel ? perAxis(0, biasScales) : perTensor(biasScales[0] as number, 0),
          ),
        })
      : undefined;
  const activation = types.activation ?? pick<Activation>("none", "relu", "relu6");
  const operands = outputShape
    ? [
        b.constant(`${name}/output shape`, {
          type: "int32",
          shape: [4],
          data: Int32Array.from(outputShape),
        }),
        weights,
        input,
        bias,
      ]
    : [input, weights, bias];
  return b.op(kind, operands as never, { ...options, activation } as never, {
    name,
    ...storedAs(types.activations, perTensor(outputScale, zeroPoint())),
  });
}

function biasData(
  type: FilterTypes["bias"],
  channels: number,
  limit: number,
  random: RandomValues,
) {
  if (type === "float32") return random.float32(channels, 1);
  const data = random.int32(channels, -limit, limit);
  return type === "int32" ? data : BigInt64Array.from(data, BigInt);
}

interface Geometry {
  readonly input: Shape;
  readonly filter: Shape;
  readonly channels: number;
  /** The axis of the filter that has the output channels. */
  readonly axis: number;
  /** Where it is an operand. */
  readonly outputShape?: Shape;
  readonly options: object;
}

function geometryOf(kind: FilterOp, { int, pick }: RandomValues): Geometry {
  const batch = int(1, 2);
  if (kind === "fully-connected") {
    const [depth, channels] = [int(1, 40), int(1, 12)];
    const options = { keepNumDims: false };
    return { input: [batch, depth], filter: [channels, depth], channels, axis: 0, options };
  }
  const [height, width, depth] = [int(3, 7), int(3, 7), int(1, 6)];
  const [filterHeight, filterWidth] = [int(1, 3), int(1, 3)];
  const strides = { strideHeight: int(1, 3), strideWidth: int(1, 3) };
  const padding = pick("same", "valid");
  if (kind === "transpose-conv") {
    const channels = int(2, 6);
    const size = (input: number, filter: number, stride: number) =>
      padding === "same" ? input * stride : (input - 1) * stride + filter;
    return {
      input: [batch, height, width, depth],
      filter: [channels, filterHeight, filterWidth, depth],
      channels,
      axis: 0,
      outputShape: [
        batch,
        size(height, filterHeight, strides.strideHeight),
        size(width, filterWidth, strides.strideWidth),
        channels,
      ],
      options: { padding, ...strides },
    };
  }
  // Dilated filters have a stride of 1.
  const isDilated = pick(false, false, true);
  const options = isDilated
    ? { padding, strideHeight: 1, strideWidth: 1, dilationHeight: int(1, 2), dilationWidth: 2 }
    : { padding, ...strides, dilationHeight: 1, dilationWidth: 1 };
  if (kind === "conv-2d") {
    const groups = pick(1, 1, 1, 2);
    const channels = groups * int(1, 9);
    return {
      input: [batch, height + 2, width + 2, groups * depth],
      filter: [channels, filterHeight, filterWidth, depth],
      channels,
      axis: 0,
      options,
    };
  }
  const depthMultiplier = int(1, 3);
  const channels = depth * depthMultiplier;
  return {
    input: [batch, height + 2, width + 2, depth],
    filter: [1, filterHeight, filterWidth, channels],
    channels,
    axis: 3,
    options: { ...options, depthMultiplier },
  };
}

function count(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
