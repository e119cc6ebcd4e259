import { UserError } from "@smidgen/errors";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";

export type Layer = SymbolicTensor["sourceLayer"];

/** How a layer's output is stored in an int8 network. */
export interface QuantizedLayer {
  readonly layer: Layer;
  readonly kind: "input" | "weighted" | "other";
  readonly inputs: readonly SymbolicTensor[];
  readonly output: SymbolicTensor;
  /**
   * The tensor that is rounded behind it, by the name that @smidgen/convert gives it; `likeInput`: on the scale of
   * its input; undefined: none, since the activation behind it is part of it.
   */
  readonly stored: string | typeof likeInput | undefined;
  /** relu and relu6 of the layer itself; softmax is left to the loss. */
  readonly activation: "linear" | "relu" | "relu6";
}

export const likeInput = Symbol("like its input");

const weighted = new Set(["Conv2D", "Dense", "DepthwiseConv2D"]);
/** What only moves values. */
const moving = new Set(["Dropout", "Flatten", "MaxPooling2D", "Reshape", "ZeroPadding2D"]);
const computing = new Set(["Add", "GlobalAveragePooling2D"]);

/**
 * The layers of a softmax classifier in the order in which they run, each with what an int8 network would round there.
 *
 * @throws UserError `unsupported-layer`, naming every layer that is not known here and why
 */
export function quantizedLayers(model: LayersModel): readonly QuantizedLayer[] {
  const problems: string[] = [];
  // Sequential models leave their input out.
  const all = [
    ...new Set([...model.inputs.map(({ sourceLayer }) => sourceLayer), ...model.layers]),
  ];
  const readers = (tensor: SymbolicTensor) =>
    all.filter((layer) => nodeOf(layer).inputTensors.includes(tensor));
  const outputs = new Set(model.outputs);
  const layers = all.flatMap((layer): readonly QuantizedLayer[] => {
    const className = layer.getClassName();
    const { inboundNodes } = layer;
    const problem = (text: string) => {
      problems.push(`"${layer.name}" (${className}): ${text}`);
      return [];
    };
    if (inboundNodes.length !== 1) return problem("it is used more than once");
    const { inputTensors: inputs, outputTensors } = nodeOf(layer);
    const [output] = outputTensors as [SymbolicTensor];
    const common = { layer, inputs, output } as const;
    if (className === "InputLayer") {
      return [{ ...common, kind: "input", stored: layer.name, activation: "linear" }];
    }
    const activation = activationOf(layer);
    if (activation === undefined) return problem("its activation is not known here");
    if (weighted.has(className)) {
      const { dilationRate } = layer.getConfig();
      if ([dilationRate].flat().some((rate) => typeof rate === "number" && rate > 1)) {
        return problem("dilated convolutions have no gradients in TensorFlow.js");
      }
      if (activation === "softmax") {
        if (!outputs.has(output)) return problem("softmax is only known at the end");
        return [
          { ...common, kind: "weighted", stored: `${layer.name}/linear`, activation: "linear" },
        ];
      }
      const [reader, ...others] = readers(output);
      const isFused =
        activation === "linear" &&
        reader !== undefined &&
        others.length === 0 &&
        isActivationLayer(reader) &&
        ["relu", "relu6"].includes(activationOf(reader) ?? "");
      return [
        { ...common, kind: "weighted", stored: isFused ? undefined : layer.name, activation },
      ];
    }
    if (isActivationLayer(layer)) {
      if (activation === "softmax" && !outputs.has(output)) {
        return problem("softmax is only known at the end");
      }
      const isLinear = activation === "linear" || activation === "softmax";
      return [
        {
          ...common,
          kind: "other",
          stored: isLinear ? likeInput : layer.name,
          activation: isLinear ? "linear" : activation,
        },
      ];
    }
    if (moving.has(className) || className === "AveragePooling2D") {
      return [{ ...common, kind: "other", stored: likeInput, activation: "linear" }];
    }
    if (computing.has(className)) {
      return [{ ...common, kind: "other", stored: layer.name, activation: "linear" }];
    }
    return problem(
      className === "BatchNormalization"
        ? "fold it into the layer before, as converting does"
        : "how it rounds is not known here",
    );
  });
  if (problems.length > 0) {
    throw new UserError(
      "unsupported-layer",
      `model "${model.name}" cannot be fine-tuned for integers:\n${problems.map((line) => `- ${line}`).join("\n")}`,
      { hint: "Quantize it after training, with corrections." },
    );
  }
  return layers;
}

function nodeOf(layer: Layer) {
  return layer.inboundNodes[0]!;
}

function isActivationLayer(layer: Layer): boolean {
  return ["Activation", "ReLU", "Softmax"].includes(layer.getClassName());
}

function activationOf(layer: Layer): "linear" | "relu" | "relu6" | "softmax" | undefined {
  const className = layer.getClassName();
  const { activation = "linear", maxValue } = layer.getConfig();
  if (className === "Softmax") return "softmax";
  if (className === "ReLU") {
    if (maxValue === undefined || maxValue === null) return "relu";
    return maxValue === 6 ? "relu6" : undefined;
  }
  const known = ["linear", "relu", "relu6", "softmax"] as const;
  return known.find((each) => each === activation);
}
