import {
  type Graph,
  type GraphBuilder,
  type Op,
  type OpOf,
  perTensor,
  type Quantization,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import type { RandomValues } from "./random-values.ts";

/** An SVDF of random sizes, weights and scales, behind an input of its own. */
export function addSvdf(
  b: GraphBuilder,
  name: string,
  type: "float32" | "int8" | "int8 with int8 state",
  random: RandomValues,
): TensorId {
  const { int, real } = random;
  const sizes = [int(1, 3), int(1, 20)] as const;
  const input = b.input(`${name}/input`, {
    type: type === "float32" ? type : "int8",
    shape: sizes,
    ...(type !== "float32" && { quantization: perTensor(real(0.01, 0.1), int(-128, 127)) }),
  });
  return addSvdfOn(b, name, type, random, input);
}

/** The same, behind a tensor [batch, depth]. */
export function addSvdfOn(
  b: GraphBuilder,
  name: string,
  type: "float32" | "int8" | "int8 with int8 state",
  random: RandomValues,
  input: TensorId,
): TensorId {
  const { int, real } = random;
  const [batch, depth] = b.tensor(input).shape as readonly [number, number];
  const [units, rank, memory] = [int(1, 8), int(1, 3), int(1, 8)] as const;
  const filters = units * rank;
  const options: OpOf<"svdf">["options"] = {
    rank,
    // Of integers, TensorFlow Lite takes no other.
    activation: type === "float32" ? random.pick("none", "relu", "relu6") : "relu",
    asymmetricQuantizeInputs: false,
  };
  const shapes = {
    feature: [filters, depth],
    time: [filters, memory],
    bias: [units],
    state: [batch, filters * memory],
  } as const;
  if (type === "float32") {
    const constant = (role: string, shape: readonly number[], limit: number) =>
      b.constant(`${name}/${role}`, {
        type,
        shape,
        data: random.float32(
          shape.reduce((count, size) => count * size, 1),
          limit,
        ),
      });
    const feature = constant("feature", shapes.feature, 1);
    const time = constant("time", shapes.time, 1);
    const bias = constant("bias", shapes.bias, 1);
    const state = b.variable(`${name}/state`, { type, shape: shapes.state });
    return b.op("svdf", [input, feature, time, bias, state], options, { name, type });
  }
  const stateType = type === "int8" ? "int16" : "int8";
  const stateMax = stateType === "int16" ? 32_767 : 127;
  const inputScale = scaleOf(b.tensor(input));
  const featureScale = real(0.002, 0.02);
  // The state is so fine that it is limited now and then.
  const stateScale = (inputScale * featureScale * 128 * 127 * Math.sqrt(depth)) / stateMax;
  const timeScale = real(0.5, 1) / stateMax;
  const outputScale = real(0.2, 1) * stateScale * timeScale * stateMax * stateMax * 0.01;
  const feature = b.constant(`${name}/feature`, {
    type: "int8",
    shape: shapes.feature,
    data: random.int8(filters * depth, -127),
    quantization: perTensor(featureScale, 0),
  });
  const time = b.constant(`${name}/time`, {
    type: stateType,
    shape: shapes.time,
    data: random[stateType](filters * memory, -stateMax, stateMax),
    quantization: perTensor(timeScale, 0),
  });
  const bias = b.constant(`${name}/bias`, {
    type: "int32",
    shape: shapes.bias,
    data: random.int32(units, -stateMax * stateMax, stateMax * stateMax),
    quantization: perTensor(Math.fround(stateScale) * Math.fround(timeScale), 0),
  });
  const state = b.variable(`${name}/state`, {
    type: stateType,
    shape: shapes.state,
    quantization: perTensor(stateScale, stateType === "int16" ? 0 : int(-20, 20)),
  });
  return b.op("svdf", [input, feature, time, bias, state], options, {
    name,
    type: "int8",
    quantization: perTensor(outputScale, int(-128, 127)),
  });
}

/** An LSTM of random sizes, weights and scales, behind an input of its own. */
export function addLstm(
  b: GraphBuilder,
  name: string,
  type: "float32" | "int8",
  random: RandomValues,
): TensorId {
  const { int, real } = random;
  const input = b.input(`${name}/input`, {
    type,
    shape: [int(1, 6), int(1, 6), int(1, 9)],
    ...(type === "int8" && { quantization: perTensor(real(0.005, 0.05), int(-128, 127)) }),
  });
  return addLstmOn(b, name, type, random, input, int(-20, 20));
}

/** The same, behind a tensor [batch, steps, depth] or [steps, batch, depth]. */
export function addLstmOn(
  b: GraphBuilder,
  name: string,
  type: "float32" | "int8",
  random: RandomValues,
  input: TensorId,
  outputZeroPoint: number,
): TensorId {
  const { int, real } = random;
  const timeMajor = random.pick(false, true);
  const [first, second, depth] = b.tensor(input).shape as readonly [number, number, number];
  const batch = timeMajor ? second : first;
  const units = int(1, 9);
  const isInt8 = type === "int8";
  const quantized = (scale: number, zeroPoint: number): { quantization?: Quantization } =>
    isInt8 ? { quantization: perTensor(scale, zeroPoint) } : {};
  const output = quantized(real(1 / 140, 1 / 100), outputZeroPoint);
  const weights = (role: string, columns: number) =>
    b.constant(`${name}/${role}`, {
      type,
      shape: [units, columns],
      data: isInt8 ? random.int8(units * columns, -127) : random.float32(units * columns, 1),
      ...quantized(real(0.002, 0.02), 0),
    });
  const bias = (role: string) =>
    b.constant(`${name}/${role}`, {
      type: isInt8 ? "int32" : type,
      shape: [units],
      data: isInt8 ? random.int32(units, -3000, 3000) : random.float32(units, 1),
      ...quantized(1, 0),
    });
  const gates = ["input", "forget", "cell", "output"];
  const inputWeights = gates.map((gate) => weights(`input to ${gate}`, depth));
  const recurrentWeights = gates.map((gate) => weights(`recurrent to ${gate}`, units));
  const biases = gates.map((gate) => bias(`${gate} bias`));
  const outputState = b.variable(`${name}/output state`, {
    type,
    shape: [batch, units],
    ...output,
  });
  const cellState = b.variable(`${name}/cell state`, {
    type: isInt8 ? "int16" : type,
    shape: [batch, units],
    ...quantized(2 ** int(-15, -9), 0),
  });
  const none = (count: number) => Array.from({ length: count }, () => undefined);
  const operands = [
    input,
    ...inputWeights,
    ...recurrentWeights,
    ...none(3),
    ...biases,
    ...none(2),
    outputState,
    cellState,
    ...none(4),
  ];
  return b.op(
    "unidirectional-sequence-lstm",
    operands as unknown as OpOf<"unidirectional-sequence-lstm">["inputs"],
    {
      activation: "tanh",
      cellClip: random.pick(0, 0.5, 3),
      projectionClip: 0,
      timeMajor,
      asymmetricQuantizeInputs: false,
      intermediates: [],
    },
    { name, type, ...output },
  );
}

function scaleOf({ quantization }: Tensor): number {
  if (quantization?.kind !== "per-tensor") throw new Error("a tensor of int8 has a scale");
  return quantization.scale;
}

/**
 * TensorFlow Lite wants to read the quantization of inner results of integer LSTMs from tensors that nothing writes.
 * The last of them is the output before a projection; without one it is the output itself.
 */
export function withIntermediates(
  graph: Graph,
  hiddenOf = (output: Quantization): Quantization => output,
): Graph {
  const tensors = [...graph.tensors];
  const ops = graph.ops.map((op): Op => {
    if (op.kind !== "unidirectional-sequence-lstm") return op;
    const output = tensorOf(graph, op.outputs[0]);
    if (output.type !== "int8") return op;
    const gate = { type: "int16", quantization: perTensor(2 ** -12, 0) } as const;
    const results: readonly Pick<Tensor, "type" | "quantization">[] = [
      gate,
      gate,
      gate,
      gate,
      { type: "int8", quantization: hiddenOf(output.quantization as Quantization) },
    ];
    const intermediates = results.map(({ type, quantization }, i) => {
      const name = `${output.name}/intermediate ${i}`;
      tensors.push({ name, type, quantization, shape: [], data: undefined, isVariable: false });
      return (tensors.length - 1) as TensorId;
    });
    return { ...op, options: { ...op.options, intermediates } };
  });
  return { ...graph, tensors, ops };
}
