import {
  type Graph,
  type Op,
  perAxis,
  perTensor,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import type { Sample } from "../calibration/sample.ts";
import { noSamples } from "../compare/compare-layers.ts";
import { followEqualisation } from "../compare/follow-equalisation.ts";
import { matchTensors, type TensorMatch } from "../compare/match-tensors.ts";
import { realConstant, scaleLookup } from "../compare/real-constant.ts";
import { keptSamples, sampleRunner } from "../compare/sample-runner.ts";
import { subgraph } from "../compare/subgraph.ts";
import { clamp, roundHalfAwayFromZero } from "../rounding.ts";
import type { WeightedOp } from "./equalisable-pairs.ts";

/**
 * The quantized graph with biases that undo the shift of each layer's mean: what rounding weights and everything before
 * the layer has added to a channel on average, over the samples, is taken off its bias. Layer by layer, so that
 * each sees the layers before it corrected. Nothing grows: a layer without a bias gets one, others keep their bytes.
 *
 * The mean is that of sums before a fused activation.
 *
 * Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019
 * (empirical bias correction).
 *
 * @throws UserError `no-samples`, `wrong-sample`, `different-networks`, `unsupported-operator`
 */
export function correctBias(quantized: Graph, original: Graph, samples: Iterable<Sample>): Graph {
  const kept = keptSamples(samples);
  if (kept.length === 0) throw noSamples(original);
  const matches = matchTensors(original, quantized);
  const { floatOf } = matches;
  const float = followEqualisation(original, quantized, matches);
  const layers = quantized.ops.flatMap((op, position) => {
    if (!isLayer(op)) return [];
    const layer = floatTwins(op, quantized, float, floatOf);
    return layer === undefined ? [] : [{ ...layer, op, position }];
  });
  const expected = expectedMeans(float, layers, kept);
  let corrected = quantized;
  for (const [i, layer] of layers.entries()) {
    const actual = actualMeans(corrected, layer, kept);
    const shift = (expected[i] as Float64Array).map(
      (mean, channel) => mean - (actual[channel] as number),
    );
    corrected = withShiftedBias(corrected, layer.position, shift);
  }
  return corrected;
}

/** A layer without its activation, in floats: with the weights it had, and with those it got. */
interface FloatTwins {
  readonly op: WeightedOp;
  readonly position: number;
  readonly original: Graph;
  readonly rounded: Graph;
  readonly floatInput: TensorId;
  readonly channels: number;
}

function isLayer(op: Op): op is WeightedOp {
  return op.kind === "conv-2d" || op.kind === "depthwise-conv-2d" || op.kind === "fully-connected";
}

function floatTwins(
  op: WeightedOp,
  quantized: Graph,
  float: Graph,
  floatOf: ReadonlyMap<TensorId, TensorMatch>,
): Omit<FloatTwins, "op" | "position"> | undefined {
  const [input, filter, bias] = op.inputs;
  const floatInput = floatOf.get(input)?.id;
  const floatFilter = floatOf.get(filter)?.id;
  const [weights, biases] = [filter, bias].map((id) =>
    id === undefined ? undefined : realTensor(tensorOf(quantized, id)),
  );
  if (floatInput === undefined || floatFilter === undefined || weights === undefined)
    return undefined;
  const isRounded = tensorOf(quantized, filter).type !== "float32";
  const floatBias = bias === undefined ? undefined : floatOf.get(bias)?.id;
  const isKnown = bias === undefined || (biases !== undefined && floatBias !== undefined);
  if (!isRounded || !isKnown) return undefined;
  const withConstants = (constants: readonly (Tensor | undefined)[]): Graph => {
    const tensors = [...quantized.tensors];
    for (const id of [input, op.outputs[0]]) tensors[id] = asFloat(tensorOf(quantized, id));
    for (const [i, id] of [filter, bias].entries()) {
      if (id !== undefined) tensors[id] = constants[i] as Tensor;
    }
    const linear = { ...op, options: { ...op.options, activation: "none" } } as WeightedOp;
    return subgraph({ ...quantized, tensors }, [linear], linear.outputs);
  };
  return {
    original: withConstants([
      tensorOf(float, floatFilter),
      floatBias === undefined ? undefined : tensorOf(float, floatBias),
    ]),
    rounded: withConstants([weights, biases]),
    floatInput,
    channels: tensorOf(quantized, op.outputs[0]).shape.at(-1) ?? 1,
  };
}

function asFloat(tensor: Tensor): Tensor {
  return { ...tensor, type: "float32", quantization: undefined };
}

/** With the real numbers that a constant stands for; nothing for what is computed or has no scales. */
function realTensor(tensor: Tensor): Tensor | undefined {
  const data = realConstant(tensor);
  return data && { ...asFloat(tensor), data };
}

/** The mean of each channel of each layer in the float network. */
function expectedMeans(
  float: Graph,
  layers: readonly FloatTwins[],
  samples: readonly Sample[],
): readonly Float64Array[] {
  const whole = sampleRunner(float);
  const means = layers.map(({ original, channels }) => ({
    runner: sampleRunner(original),
    mean: channelMean(channels),
  }));
  for (const [position, sample] of samples.entries()) {
    whole.run(sample, position);
    for (const [i, { runner, mean }] of means.entries()) {
      const { floatInput, original } = layers[i] as FloatTwins;
      runner.runOn(() => whole.real(floatInput));
      mean.add(runner.real(original.outputs[0] as TensorId));
    }
  }
  return means.map(({ mean }) => mean.value());
}

/** Likewise for a layer's rounded weights on what reaches it in the quantized network. */
function actualMeans(
  quantized: Graph,
  { op, position, rounded, channels }: FloatTwins,
  samples: readonly Sample[],
): Float64Array {
  const [input] = op.inputs;
  const before = { ...quantized, ops: quantized.ops.slice(0, position), outputs: [input] };
  const [whole, runner] = [sampleRunner(before), sampleRunner(rounded)];
  const mean = channelMean(channels);
  for (const [i, sample] of samples.entries()) {
    whole.run(sample, i);
    runner.runOn(() => whole.real(input));
    mean.add(runner.real(rounded.outputs[0] as TensorId));
  }
  return mean.value();
}

function channelMean(channels: number) {
  const sums = new Float64Array(channels);
  let count = 0;
  return {
    add(values: Float32Array): void {
      for (let i = 0; i < values.length; i++) {
        const channel = i % channels;
        sums[channel] = (sums[channel] as number) + (values[i] as number);
      }
      count += values.length / channels;
    },
    value: () => sums.map((sum) => sum / count),
  };
}

/** Integers take as many steps as come nearest. A bias that others read too is copied. */
function withShiftedBias(graph: Graph, position: number, shift: Float64Array): Graph {
  const op = graph.ops[position] as WeightedOp;
  const [input, filter, bias] = op.inputs;
  const tensors = [...graph.tensors];
  const old = bias === undefined ? newBias(graph, op) : tensorOf(graph, bias);
  const shifted = { ...old, data: shiftedData(old, shift) };
  const isShared =
    bias === undefined ||
    graph.ops.some((other) => other !== op && (other.inputs as readonly unknown[]).includes(bias));
  if (!isShared) {
    tensors[bias] = shifted;
    return { ...graph, tensors };
  }
  const name = bias === undefined ? shifted.name : `${shifted.name}/corrected`;
  const id = (tensors.push({ ...shifted, name }) - 1) as TensorId;
  const withBias: Op = { ...op, inputs: [input, filter, id] };
  const ops = graph.ops.map((each) => (each === op ? withBias : each));
  return { ...graph, tensors, ops };
}

function shiftedData(bias: Tensor, shift: Float64Array): NonNullable<Tensor["data"]> {
  const { data, quantization, shape } = bias;
  if (data instanceof Float32Array) return data.map((value, i) => value + (shift[i] as number));
  if (quantization === undefined || data === undefined) {
    throw new Error(`bias "${bias.name}" has no scales`);
  }
  const scaleAt = scaleLookup(quantization, shape);
  const steps = (i: number) => roundHalfAwayFromZero((shift[i] as number) / scaleAt(i));
  if (data instanceof BigInt64Array) return data.map((value, i) => value + BigInt(steps(i)));
  // Half of int32 stays free for the products that are added.
  return Int32Array.from(data as Int32Array, (value, i) =>
    clamp(value + steps(i), -(2 ** 30), 2 ** 30),
  );
}

/** Zeros in the unit of the sums: the input's scale times the filter's. */
function newBias(graph: Graph, { inputs: [input, filter], outputs: [output] }: WeightedOp): Tensor {
  const activation = tensorOf(graph, input).quantization;
  const weights = tensorOf(graph, filter).quantization;
  const channels = tensorOf(graph, output).shape.at(-1) ?? 1;
  const isFloat = activation?.kind !== "per-tensor";
  const scale = isFloat ? 1 : activation.scale;
  const isInt16 = tensorOf(graph, input).type === "int16";
  const quantization =
    weights?.kind === "per-axis"
      ? perAxis(
          0,
          weights.scales.map((each) => Math.fround(scale * each)),
        )
      : perTensor(scale * (weights?.scale ?? 1), 0);
  const array = isInt16 ? BigInt64Array : Int32Array;
  return {
    name: `${tensorOf(graph, output).name}/bias`,
    type: isFloat ? "float32" : isInt16 ? "int64" : "int32",
    shape: [channels],
    quantization: isFloat ? undefined : quantization,
    data: isFloat ? new Float32Array(channels) : new array(channels),
    isVariable: false,
  };
}
