import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { UserError } from "@smidgen/errors";
import type { Shape } from "@smidgen/graph";
import { isModel, layerNames, modelName } from "./layer-names.ts";

/** A LayersModel as plain data: every use of a layer, in the order in which they run. */
export interface Network {
  readonly name: string;
  readonly inputs: readonly NetworkInput[];
  readonly calls: readonly LayerCall[];
  readonly outputs: readonly LayerValue[];
}

export interface NetworkInput {
  readonly name: string;
  /** As the model calls it, for messages. */
  readonly layerName: string;
  /** tfjs dtype: `float32`. */
  readonly type: string;
  readonly value: LayerValue;
}

/** One use of one layer. A shared layer has several. */
export interface LayerCall {
  /** Names the output tensor; unique. */
  readonly name: string;
  /** Begins the names of its constants; the same for every use of a shared layer. */
  readonly weightsName: string;
  /** As the model calls it, for messages. */
  readonly layerName: string;
  /** Keras class: `Conv2D`. */
  readonly className: string;
  /**
   * What the layer's `getConfig()` says: camel case, defaults filled in. tfjs wrote it, so the layer's file
   * casts it to what that class writes.
   */
  readonly config: unknown;
  /** In the order of `getWeights()`. */
  readonly weights: readonly Weight[];
  readonly inputs: NonEmpty<LayerValue>;
  readonly outputs: NonEmpty<LayerValue>;
}

export interface Weight {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** What flows between layers. */
export interface LayerValue {
  /** For a batch of 1; null where the model leaves a dimension open. */
  readonly shape: OpenShape;
  readonly producer: LayerCall | undefined;
  readonly consumers: readonly LayerCall[];
}

export type NonEmpty<T> = readonly [T, ...T[]];
export type OpenShape = readonly (number | null)[];

type Layer = SymbolicTensor["sourceLayer"];

/**
 * Reads what the model's outputs depend on. Models inside the model are laid open.
 *
 * @throws UserError `model-not-built`
 */
export function readNetwork(model: LayersModel): Network {
  if ((model.outputs ?? []).length === 0) {
    throw new UserError("model-not-built", `model "${model.name}" has no input shape yet`, {
      hint: "Give its first layer an inputShape.",
    });
  }
  const reader = networkReader(layerNames(model));
  const inputs = model.inputs.map((tensor) => reader.input(tensor));
  const known = new Map(model.inputs.map((tensor, i) => [tensor, inputs[i]?.value as LayerValue]));
  const outputs = model.outputs.map((tensor) => reader.valueOf(tensor, known));
  return { name: modelName(model), inputs, calls: reader.calls, outputs };
}

function networkReader(nameOf: (layer: Layer) => string) {
  const calls: LayerCall[] = [];
  const uses = new Map<Layer, number>();

  function input({ sourceLayer, shape, dtype }: SymbolicTensor): NetworkInput {
    const value = { shape: [1, ...shape.slice(1)], producer: undefined, consumers: [] };
    return { name: nameOf(sourceLayer), layerName: sourceLayer.name, type: dtype, value };
  }

  /** `known` holds the values of one model, or of one use of a model inside it. */
  function valueOf(tensor: SymbolicTensor, known: Map<SymbolicTensor, LayerValue>): LayerValue {
    const value = known.get(tensor);
    if (value !== undefined) return value;
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex];
    if (node === undefined) throw new Error(`layer "${layer.name}" was never applied`);
    const inputs = node.inputTensors.map((each) => valueOf(each, known));
    const outputs = isModel(layer)
      ? outputsOfInner(layer, inputs)
      : callLayer(layer, inputs, node.outputTensors.length).outputs;
    for (const [i, output] of node.outputTensors.entries()) {
      known.set(output, outputs[i] as LayerValue);
    }
    return known.get(tensor) as LayerValue;
  }

  function outputsOfInner(inner: LayersModel, inputs: readonly LayerValue[]) {
    const known = new Map(inner.inputs.map((tensor, i) => [tensor, inputs[i] as LayerValue]));
    return inner.outputs.map((tensor) => valueOf(tensor, known));
  }

  function callLayer(layer: Layer, inputs: readonly LayerValue[], outputCount: number): LayerCall {
    const use = (uses.get(layer) ?? 0) + 1;
    uses.set(layer, use);
    const weightsName = nameOf(layer);
    const shapes = outputShapes(layer, inputs);
    const outputs: LayerValue[] = [];
    const call: LayerCall = {
      name: use === 1 ? weightsName : `${weightsName}/${use}`,
      weightsName,
      layerName: layer.name,
      className: layer.getClassName(),
      config: layer.getConfig(),
      weights: layer.getWeights().map((weight) => ({
        shape: weight.shape,
        data: Float32Array.from(weight.dataSync()),
      })),
      inputs: inputs as NonEmpty<LayerValue>,
      outputs: outputs as unknown as NonEmpty<LayerValue>,
    };
    for (let i = 0; i < outputCount; i++) {
      outputs.push({ shape: shapes[i] ?? [], producer: call, consumers: [] });
    }
    for (const { consumers } of inputs) (consumers as LayerCall[]).push(call);
    calls.push(call);
    return call;
  }

  return { calls, input, valueOf };
}

// Shapes inside the model leave open what a batch of 1 settles: those behind a Reshape to [-1], for one.
function outputShapes(layer: Layer, inputs: readonly LayerValue[]): readonly OpenShape[] {
  const [first, ...others] = inputs.map(({ shape }) => shape as number[]);
  const shapes = layer.computeOutputShape(
    others.length === 0 ? (first as number[]) : [first as number[], ...others],
  );
  return (Array.isArray(shapes[0]) ? shapes : [shapes]) as OpenShape[];
}
