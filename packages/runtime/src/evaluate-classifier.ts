import { UserError } from "@smidgen/errors";
import type { Interpreter } from "./create-interpreter.ts";
import { dequantize, quantizeInto, type TensorView } from "./tensor-view.ts";

export interface LabelledExamples {
  /** Real inputs: all of them, one example after the other, or a function that gives the one at a position. */
  readonly images: Float32Array | ((example: number) => ArrayLike<number>);
  /** The right class of each example. */
  readonly labels: ArrayLike<number>;
}

export interface ClassifierEvaluation {
  readonly examples: number;
  /** Share of the examples whose largest output is the right class; of equally large ones the first counts. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
}

/**
 * How well a network with one input and one output of class probabilities does on examples it is told the answers of.
 *
 * The loss is taken from the real numbers that the outputs stand for, divided by their sum and kept 10⁻⁷ away from
 * 0 and 1, as training reports it.
 * Source: `categoricalCrossentropy`, tfjs-layers/src/backend/tfjs_backend.ts, after `categorical_crossentropy` of Keras.
 *
 * @throws UserError `wrong-input`, if sizes or labels do not fit the network.
 */
export function evaluateClassifier(
  interpreter: Interpreter,
  { images, labels }: LabelledExamples,
): ClassifierEvaluation {
  const { input, output } = onlyInputAndOutput(interpreter);
  const size = input.data.length;
  requireFittingExamples(images, labels, size, output.data.length);
  const exampleAt =
    typeof images === "function"
      ? images
      : (example: number) => images.subarray(example * size, (example + 1) * size);
  let right = 0;
  let loss = 0;
  for (let example = 0; example < labels.length; example++) {
    quantizeInto(input, exampleAt(example));
    interpreter.run();
    const probabilities = dequantize(output);
    const label = labels[example] as number;
    if (indexOfLargest(probabilities) === label) right++;
    loss += crossEntropy(probabilities, label);
  }
  return { examples: labels.length, accuracy: right / labels.length, loss: loss / labels.length };
}

function onlyInputAndOutput({ inputs, outputs }: Interpreter): {
  readonly input: TensorView;
  readonly output: TensorView;
} {
  const [input] = inputs;
  const [output] = outputs;
  if (input === undefined || output === undefined || inputs.length + outputs.length > 2) {
    throw new UserError(
      "wrong-input",
      `a classifier has one input and one output; this network has ${inputs.length} and ${outputs.length}`,
    );
  }
  return { input, output };
}

function requireFittingExamples(
  images: LabelledExamples["images"],
  labels: ArrayLike<number>,
  size: number,
  classes: number,
): void {
  if (labels.length === 0) throw new UserError("wrong-input", "there are no examples");
  if (typeof images !== "function" && images.length !== labels.length * size) {
    throw new UserError(
      "wrong-input",
      `${labels.length} examples of ${size} elements are ${labels.length * size}; ${images.length} were given`,
    );
  }
  for (let example = 0; example < labels.length; example++) {
    const label = labels[example] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new UserError(
        "wrong-input",
        `label ${label} of example ${example} is not one of ${classes} classes`,
      );
    }
  }
}

function indexOfLargest(values: Float32Array): number {
  let largest = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) > (values[largest] as number)) largest = i;
  }
  return largest;
}

function crossEntropy(probabilities: Float32Array, label: number): number {
  const epsilon = 1e-7;
  const sum = probabilities.reduce((total, p) => total + p, 0);
  const p = (probabilities[label] as number) / sum;
  // A network that gives every class 0 has no opinion about the right one either.
  return -Math.log(Math.min(Math.max(sum === 0 ? 0 : p, epsilon), 1 - epsilon));
}
