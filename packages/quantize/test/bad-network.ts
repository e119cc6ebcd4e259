import {
  type Graph,
  type Op,
  type OpOf,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { createInterpreter, quantizeInto, type TensorView } from "@smidgen/runtime";

/**
 * The network as one that quantizes badly, although it computes the same: channels of the first convolution are scaled by
 * 1 to 1000, and what reads them by the inverse; the first dense layer behind it gets two units more that are
 * silent for most inputs, fire at a thousand times what the others do, and cancel each other in the layer behind.
 *
 * `samples` tell when a unit is silent for most.
 */
export function badNetwork(graph: Graph, samples: readonly Float32Array[]): Graph {
  return withOutliers(withScaledChannels(graph), samples);
}

export function withScaledChannels(graph: Graph): Graph {
  const [conv, dense] = layersOf(graph) as [OpOf<"conv-2d">, OpOf<"fully-connected">];
  const channels = tensorOf(graph, conv.outputs[0]).shape.at(-1) as number;
  const factors = Array.from({ length: channels }, (_, i) => 1000 ** (i / (channels - 1)));
  const tensors = [...graph.tensors];
  const change = (id: TensorId | undefined, f: (value: number, i: number) => number) => {
    const tensor = tensorOf(graph, id as TensorId);
    tensors[id as TensorId] = { ...tensor, data: (tensor.data as Float32Array).map(f) };
  };
  const perChannel = (tensorOf(graph, conv.inputs[1]).data?.length ?? 0) / channels;
  const factorOf = (i: number) => factors[i % channels] as number;
  change(conv.inputs[1], (value, i) => value * factorOf(Math.floor(i / perChannel)));
  change(conv.inputs[2], (value, i) => value * factorOf(i));
  change(dense.inputs[1], (value, i) => value / factorOf(i));
  return { ...graph, tensors };
}

export function withOutliers(graph: Graph, samples: readonly Float32Array[]): Graph {
  const [hidden, last] = layersOf(graph).slice(-2) as [
    OpOf<"fully-connected">,
    OpOf<"fully-connected">,
  ];
  const tensors = [...graph.tensors];
  const [units, depth] = tensorOf(graph, hidden.inputs[1]).shape as [number, number];
  const filter = tensorOf(graph, hidden.inputs[1]).data as Float32Array;
  const bias = tensorOf(graph, hidden.inputs[2] as TensorId).data as Float32Array;
  // The first unit, thousandfold, and silent but for the few inputs that excite it most.
  const typical = quantile(unitValues(graph, hidden, samples), 0.97);
  const row = filter.slice(0, depth).map((value) => value * 1000);
  const threshold = ((bias[0] as number) - typical) * 1000;
  const set = (id: TensorId | undefined, change: Partial<Tensor>) => {
    tensors[id as TensorId] = { ...tensorOf(graph, id as TensorId), ...change };
  };
  set(hidden.inputs[1], { shape: [units + 2, depth], data: joined(filter, row, row) });
  set(hidden.inputs[2], {
    shape: [units + 2],
    data: joined(bias, Float32Array.of(threshold, threshold)),
  });
  const classes = tensorOf(graph, last.outputs[0]).shape.at(-1) as number;
  const reading = tensorOf(graph, last.inputs[1]).data as Float32Array;
  const rows = Array.from({ length: classes }, (_, c) =>
    joined(reading.subarray(c * units, (c + 1) * units), Float32Array.of(0.25, -0.25)),
  );
  set(last.inputs[1], { shape: [classes, units + 2], data: joined(...rows) });
  set(hidden.outputs[0], { shape: [1, units + 2] });
  return { ...graph, tensors };
}

function layersOf(graph: Graph): readonly Op[] {
  return graph.ops.filter(({ kind }) => kind === "conv-2d" || kind === "fully-connected");
}

/** What the first unit of a layer computes. */
function unitValues(graph: Graph, op: Op, samples: readonly Float32Array[]): readonly number[] {
  const interpreter = createInterpreter(graph, { keepIntermediates: true });
  return samples.map((sample) => {
    quantizeInto(interpreter.inputs[0] as TensorView, sample);
    interpreter.run();
    return (interpreter.tensor(op.outputs[0]).data as Float32Array)[0] as number;
  });
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] as number;
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
