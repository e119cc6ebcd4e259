import {
  type Activation,
  elementCount,
  type Graph,
  type Op,
  type Shape,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { transpose } from "../transpose.ts";
import type { DescribedTensor, LayerChain, LayerSpec, NoLayer } from "./layer-description.ts";

/** The layers that compute an operator of floats. */
export function describeOp(op: Op, graph: Graph): LayerChain | NoLayer {
  const activation = "activation" in op.options ? op.options.activation : "none";
  if (activationNames[activation] === undefined) {
    return { problem: `the activation ${activation} is not known in tfjs` };
  }
  switch (op.kind) {
    case "conv-2d": {
      const [input, filterId, biasId] = op.inputs;
      const filter = constant(graph, filterId);
      if (filter === undefined) return filterIsComputed;
      const bias = biasId === undefined ? undefined : constant(graph, biasId);
      const [filters, height, width, inChannels] = filter.shape as Dimensions;
      if (inChannels !== shapeOf(graph, input).at(-1))
        return { problem: "is in groups, which tfjs has not" };
      const { dilationHeight, dilationWidth } = op.options;
      return chain([input], {
        className: "Conv2D",
        config: {
          filters,
          kernel_size: [height, width],
          ...windowConfig(op.options),
          dilation_rate: [dilationHeight, dilationWidth],
          ...activated(op.options.activation),
          use_bias: bias !== undefined,
        },
        weights: [
          {
            shape: [height, width, inChannels, filters],
            data: transpose(filter.data, filter.shape, [1, 2, 3, 0]),
          },
          ...(bias === undefined ? [] : [bias]),
        ],
      });
    }
    case "depthwise-conv-2d": {
      const [input, filterId, biasId] = op.inputs;
      const filter = constant(graph, filterId);
      if (filter === undefined) return filterIsComputed;
      const bias = biasId === undefined ? undefined : constant(graph, biasId);
      const { depthMultiplier, dilationHeight, dilationWidth } = op.options;
      if (dilationHeight !== 1 || dilationWidth !== 1) {
        return { problem: "is dilated, which tfjs ignores in depthwise layers" };
      }
      const [, height, width, outChannels] = filter.shape as Dimensions;
      return chain([input], {
        className: "DepthwiseConv2D",
        config: {
          kernel_size: [height, width],
          depth_multiplier: depthMultiplier,
          ...windowConfig(op.options),
          ...activated(activation),
          use_bias: bias !== undefined,
        },
        weights: [
          {
            shape: [height, width, outChannels / depthMultiplier, depthMultiplier],
            data: filter.data,
          },
          ...(bias === undefined ? [] : [bias]),
        ],
      });
    }
    case "fully-connected": {
      const [input, filterId, biasId] = op.inputs;
      const filter = constant(graph, filterId);
      if (filter === undefined) return filterIsComputed;
      const bias = biasId === undefined ? undefined : constant(graph, biasId);
      const [units, depth] = filter.shape as [number, number];
      const inputShape = shapeOf(graph, input);
      const dense: LayerSpec = {
        className: "Dense",
        config: { units, ...activated(op.options.activation), use_bias: bias !== undefined },
        weights: [
          { shape: [depth, units], data: transpose(filter.data, filter.shape, [1, 0]) },
          ...(bias === undefined ? [] : [bias]),
        ],
      };
      if (op.options.keepNumDims || inputShape.length === 2) return chain([input], dense);
      if (elementCount(inputShape) !== depth) {
        return {
          problem: `reads a batch of ${elementCount(inputShape) / depth} out of one example`,
        };
      }
      return chain([input], reshapeTo([1, depth]), dense);
    }
    case "max-pool-2d":
    case "average-pool-2d": {
      const { filterHeight, filterWidth } = op.options;
      const pool: LayerSpec = {
        className: op.kind === "max-pool-2d" ? "MaxPooling2D" : "AveragePooling2D",
        config: { pool_size: [filterHeight, filterWidth], ...windowConfig(op.options) },
      };
      return withActivation([op.inputs[0]], pool, activation);
    }
    case "add":
    case "mul":
    case "maximum":
    case "minimum": {
      const problem = mergeProblem(op, graph);
      if (problem !== undefined) return { problem };
      const className = { add: "Add", mul: "Multiply", maximum: "Maximum", minimum: "Minimum" }[
        op.kind
      ];
      return withActivation(op.inputs, { className, config: {} }, activation);
    }
    case "concatenation": {
      if (op.inputs.some((id) => tensorOf(graph, id).data !== undefined)) return readsConstant;
      const { axis } = op.options;
      const rank = shapeOf(graph, op.inputs[0]).length;
      if ((axis + rank) % rank === 0) return { problem: "joins along the batch" };
      return withActivation(op.inputs, { className: "Concatenate", config: { axis } }, activation);
    }
    case "mean":
    case "reduce-max": {
      const axes = wholeNumbers(graph, op.inputs[1])?.toSorted((a, b) => a - b);
      const shape = shapeOf(graph, op.inputs[0]);
      const positive = axes?.map((axis) => (axis < 0 ? axis + shape.length : axis)).join();
      const dimensions =
        positive === "1,2" && shape.length === 4
          ? "2D"
          : positive === "1" && shape.length === 3
            ? "1D"
            : undefined;
      if (dimensions === undefined)
        return { problem: "is not over height and width, or over time" };
      const className = `Global${op.kind === "mean" ? "Average" : "Max"}Pooling${dimensions}`;
      const pooled: LayerSpec = { className, config: dimensions === "2D" ? channelsLast : {} };
      const output = shapeOf(graph, op.outputs[0]);
      return op.options.keepDims
        ? chain([op.inputs[0]], pooled, reshapeTo(output))
        : chain([op.inputs[0]], pooled);
    }
    case "reshape":
    case "squeeze":
    case "expand-dims": {
      const shape = shapeOf(graph, op.outputs[0]);
      if (shape[0] !== 1) return { problem: "makes a batch of one example" };
      return chain([op.inputs[0]], reshapeTo(shape));
    }
    case "transpose": {
      const order = wholeNumbers(graph, op.inputs[1]);
      if (order?.[0] !== 0) return { problem: "moves the batch" };
      return chain([op.inputs[0]], { className: "Permute", config: { dims: order.slice(1) } });
    }
    case "pad": {
      const [batch, rows, columns, channels] = pairs(wholeNumbers(graph, op.inputs[1]) ?? []);
      if (`${batch?.join()},${channels?.join()}` !== "0,0,0,0") {
        return { problem: "pads other dimensions than height and width" };
      }
      return chain([op.inputs[0]], {
        className: "ZeroPadding2D",
        config: { padding: [rows, columns], ...channelsLast },
      });
    }
    case "softmax": {
      if (op.options.beta !== 1)
        return { problem: `has beta ${op.options.beta}, which tfjs has not` };
      return chain([op.inputs[0]], activationLayer("softmax"));
    }
    case "relu":
    case "relu6":
    case "elu":
    case "tanh":
      return chain([op.inputs[0]], activationLayer(op.kind));
    case "logistic":
      return chain([op.inputs[0]], activationLayer("sigmoid"));
    case "leaky-relu":
      return chain([op.inputs[0]], { className: "LeakyReLU", config: { alpha: op.options.alpha } });
    default:
      return { problem: "no layer computes it" };
  }
}

type Dimensions = [number, number, number, number];

const filterIsComputed: NoLayer = { problem: "its filter is no constant" };
const readsConstant: NoLayer = { problem: "reads a constant, which no layer holds" };
const channelsLast = { data_format: "channels_last" };

function chain(inputs: readonly TensorId[], ...layers: [LayerSpec, ...LayerSpec[]]): LayerChain {
  return { inputs, layers };
}

function withActivation(
  inputs: readonly TensorId[],
  layer: LayerSpec,
  activation: Activation,
): LayerChain {
  const name = activationNames[activation] ?? "linear";
  return name === "linear" ? chain(inputs, layer) : chain(inputs, layer, activationLayer(name));
}

const activationNames: Readonly<Record<Activation, string | undefined>> = {
  none: "linear",
  relu: "relu",
  relu6: "relu6",
  "relu-n1-to-1": undefined,
  "sign-bit": undefined,
  tanh: "tanh",
};

function activationLayer(activation: string): LayerSpec {
  return { className: "Activation", config: { activation } };
}

function activated(activation: Activation): { readonly activation: string } {
  return { activation: activationNames[activation] ?? "linear" };
}

function reshapeTo(shape: Shape): LayerSpec {
  return { className: "Reshape", config: { target_shape: shape.slice(1) } };
}

function windowConfig(options: {
  readonly padding: string;
  readonly strideHeight: number;
  readonly strideWidth: number;
}) {
  const { padding, strideHeight, strideWidth } = options;
  return { padding, strides: [strideHeight, strideWidth], ...channelsLast };
}

function shapeOf(graph: Graph, id: TensorId): Shape {
  return tensorOf(graph, id).shape;
}

function constant(graph: Graph, id: TensorId): DescribedTensor | undefined {
  const { data, shape } = tensorOf(graph, id);
  return data instanceof Float32Array ? { shape, data } : undefined;
}

function wholeNumbers(graph: Graph, id: TensorId): readonly number[] | undefined {
  const { data } = tensorOf(graph, id);
  return data instanceof Int32Array ? [...data] : undefined;
}

function pairs(values: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: values.length / 2 }, (_, i) => values.slice(2 * i, 2 * i + 2));
}

/** tfjs merges tensors of one rank only, and lines up batches. */
function mergeProblem(op: Op, graph: Graph): string | undefined {
  const tensors = op.inputs.map((id) => tensorOf(graph, id as TensorId));
  if (tensors.some(({ data }) => data !== undefined)) return readsConstant.problem;
  const ranks = new Set(tensors.map(({ shape }) => shape.length));
  return ranks.size > 1 ? "its operands have different ranks" : undefined;
}
