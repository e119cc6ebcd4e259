import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import {
  model as layersModel,
  type LayersModel,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import {
  crossEntropyOfLogits,
  crossEntropyOfProbabilities,
  type CrossEntropy,
} from "./cross-entropy.ts";

/** A softmax network, cut open where its loss is best taken. */
export interface SoftmaxOutput {
  /** images [count, ...shape] → what `crossEntropy` takes, [count, classes] */
  readonly apply: (images: tf.Tensor, training: boolean) => tf.Tensor;
  readonly crossEntropy: (
    output: Float32Array,
    labels: Uint8Array,
    targets?: Float32Array,
  ) => CrossEntropy;
}

/**
 * The network up to its logits where it ends in a dense layer or in softmax as a layer, and up to its
 * probabilities where softmax is inside something else. The model itself is left as it is; the result
 * shares its weights.
 *
 * @throws UserError `unsupported-model` when the model does not end in softmax
 */
export function softmaxOutput(model: LayersModel): SoftmaxOutput {
  const output = model.outputs[0]!;
  const { sourceLayer } = output;
  const features = inputOf(output);
  if (features !== undefined && activationOf(output) === "softmax") {
    const className = sourceLayer.getClassName();
    const upTo = layersModel({ inputs: model.inputs, outputs: features });
    if (className === "Softmax" || className === "Activation") {
      return {
        apply: (images, training) => run(upTo, images, training),
        crossEntropy: crossEntropyOfLogits,
      };
    }
    if (className === "Dense" && features.shape.length === 2) {
      const [kernel, bias] = sourceLayer.weights;
      return {
        apply(images, training) {
          const product = tf.matMul(run(upTo, images, training), kernel!.read());
          return bias === undefined ? product : tf.add(product, bias.read());
        },
        crossEntropy: crossEntropyOfLogits,
      };
    }
  }
  const activation = activationOf(output);
  if (activation !== "softmax") {
    throw new UserError(
      "unsupported-model",
      `model "${model.name}" ends in "${sourceLayer.name}" (${sourceLayer.getClassName()}` +
        `${activation === undefined ? "" : `, ${activation}`}), training needs softmax at the end`,
      { hint: "Give the last layer the activation softmax." },
    );
  }
  return {
    apply: (images, training) => run(model, images, training),
    crossEntropy: crossEntropyOfProbabilities,
  };
}

function run(model: LayersModel, images: tf.Tensor, training: boolean): tf.Tensor {
  return model.apply(images, { training }) as tf.Tensor;
}

/** What the output's layer computes it from; undefined for a layer with several inputs or none. */
function inputOf(output: SymbolicTensor): SymbolicTensor | undefined {
  const { inputTensors } = output.sourceLayer.inboundNodes[output.nodeIndex]!;
  return inputTensors.length === 1 ? inputTensors[0] : undefined;
}

/** The activation a tensor last went through, looking into nested models and past reshapes. */
function activationOf(output: SymbolicTensor): string | undefined {
  const layer = output.sourceLayer;
  const className = layer.getClassName();
  if (className === "Softmax") return "softmax";
  if ("layers" in layer) return activationOf((layer as LayersModel).outputs[0]!);
  if (className === "Flatten" || className === "Reshape") {
    const input = inputOf(output);
    return input && activationOf(input);
  }
  const { activation } = layer.getConfig();
  return typeof activation === "string" ? activation : undefined;
}
