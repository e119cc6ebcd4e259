import {
  type ElementArrays,
  type ElementType,
  elementTypes,
  elementCount,
  type Graph,
  graphBuilder,
  perAxis,
  perTensor,
  type TensorId,
} from "@smidgen/graph";

/** x [1, 3] · w [2, 3]ᵀ + b [2] → y [1, 2] */
export function denseGraph(): Graph {
  const b = graphBuilder("dense");
  const x = b.input("x", { type: "float32", shape: [1, 3] });
  const w = b.constant("w", {
    type: "float32",
    shape: [2, 3],
    data: Float32Array.of(1, 2, 3, -1, -2, -3.5),
  });
  const bias = b.constant("b", { type: "float32", shape: [2], data: Float32Array.of(0.5, 0) });
  return b.build([
    b.op(
      "fully-connected",
      [x, w, bias],
      { activation: "relu", keepNumDims: false },
      { name: "y", type: "float32" },
    ),
  ]);
}

/** Every operator of `Op`, on floats. */
export function everyOperatorGraph(): Graph {
  const b = graphBuilder("every operator");
  const float = { type: "float32" } as const;
  const constant = (name: string, shape: readonly number[]) =>
    b.constant(name, { ...float, shape, data: numbers("float32", elementCount(shape)) });
  const strides = { strideHeight: 1, strideWidth: 2 };
  const window = { ...strides, padding: "same", activation: "relu6" } as const;
  const filter = { filterHeight: 2, filterWidth: 1 };
  const dilation = { dilationHeight: 1, dilationWidth: 1 };

  const image = b.input("image", { ...float, shape: [1, 8, 8, 3] });
  const conv = b.op(
    "conv-2d",
    [image, constant("conv/filter", [4, 3, 2, 3]), constant("conv/bias", [4])],
    { ...window, ...dilation },
    { name: "conv", ...float },
  );
  const depthwise = b.op(
    "depthwise-conv-2d",
    [conv, constant("depthwise/filter", [1, 3, 2, 8]), undefined],
    { ...window, strideWidth: 1, ...dilation, depthMultiplier: 2, activation: "none" },
    { name: "depthwise", ...float },
  );
  const maxPool = b.op(
    "max-pool-2d",
    [depthwise],
    { ...window, ...filter, padding: "valid" },
    { name: "max", ...float },
  );
  const averagePool = b.op(
    "average-pool-2d",
    [maxPool],
    { ...window, ...filter, activation: "relu-n1-to-1" },
    { name: "average", ...float },
  );
  const add = b.op(
    "add",
    [averagePool, constant("shift", [8])],
    { activation: "relu" },
    { name: "add", ...float },
  );
  const mul = b.op("mul", [add, averagePool], { activation: "none" }, { name: "mul", ...float });
  const axes = b.constant("axes", { type: "int32", shape: [2], data: Int32Array.of(1, -2) });
  const mean = b.op("mean", [mul, axes], { keepDims: true }, { name: "mean", ...float });
  const shape = b.constant("shape", { type: "int32", shape: [2], data: Int32Array.of(1, -1) });
  const flat = b.op("reshape", [mean, shape], { newShape: [1, -1] }, { name: "flat", ...float });
  const dense = b.op(
    "fully-connected",
    [flat, constant("dense/filter", [6, 8]), undefined],
    { activation: "none", keepNumDims: true },
    { name: "dense", ...float },
  );
  const relu = b.op("relu", [dense], {}, { name: "relu", ...float });
  const relu6 = b.op("relu6", [relu], {}, { name: "relu6", ...float });
  const tanh = b.op("tanh", [relu6], {}, { name: "tanh", ...float });
  const logistic = b.op("logistic", [tanh], {}, { name: "logistic", ...float });
  const small = b.op(
    "quantize",
    [logistic],
    {},
    { name: "small", type: "int8", quantization: perTensor(1 / 256, -128) },
  );
  const large = b.op("dequantize", [small], {}, { name: "large", ...float });
  const reshaped = b.op(
    "reshape",
    [large, undefined],
    { newShape: [3, 2] },
    { name: "pairs", ...float },
  );
  const softmax = b.op("softmax", [reshaped], { beta: 0.75 }, { name: "", ...float });
  return b.build([softmax, relu]);
}

/** A constant of every element type, per-axis and per-tensor quantization, a variable, a scalar, a shared buffer. */
export function everyTensorGraph(): Graph {
  const b = graphBuilder("every tensor ✓");
  const x = b.input("x", { type: "int8", shape: [2, 4], quantization: perTensor(0.1, 3) });
  const constant = (type: ElementType, shape: readonly number[]) =>
    b.constant(`constant ${type}`, { type, shape, data: numbers(type, elementCount(shape)) });
  for (const type of Object.keys(elementTypes) as ElementType[]) constant(type, [3, 5]);
  b.constant("packed", { type: "int4", shape: [5], data: Int8Array.of(-8, 7, -1, 0, 3) });
  b.constant("shared", {
    type: "uint8",
    shape: [5, 3],
    data: Uint8Array.from(numbers("uint8", 15)),
  });
  b.constant("scalar", { type: "float32", shape: [], data: Float32Array.of(-0) });
  b.constant("per axis", {
    type: "int8",
    shape: [2, 3],
    data: numbers("int8", 6),
    quantization: perAxis(1, [0.1, 0.2, 1e-30]),
  });
  b.variable("state", { type: "int16", shape: [1, 7], quantization: perTensor(2 ** -15, 0) });
  const y = b.op(
    "logistic",
    [x],
    {},
    { name: "y", type: "int8", quantization: perTensor(1 / 256, -128) },
  );
  return b.build([y]);
}

/** Numbers that tell positions apart, in range of every element type. */
export function numbers<T extends ElementType>(type: T, count: number): ElementArrays[T] {
  const { array } = elementTypes[type];
  const values = new array(count);
  for (let i = 0; i < count; i++) {
    const value = type === "bool" ? i % 2 : (i * 5) % 8;
    values[i] = (type === "int64" ? BigInt(value) * 10n ** 15n : value) as never;
  }
  return values;
}

export function tensorId(id: number): TensorId {
  return id as TensorId;
}
