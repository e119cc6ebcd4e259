import { UserError } from "@smidgen/errors";
import type { ModelShape } from "./model-shape.ts";

/** Images with their labels: what `@smidgen/datasets` loads, or anything of that shape. */
export interface Examples {
  readonly count: number;
  /** Of one image, channels last: [height, width, channels]. */
  readonly shape: readonly number[];
  readonly images: Uint8Array; // [count, ...shape], 0..255
  readonly labels: Uint8Array; // [count], each below the number of classes
}

/** What to learn from, and what to be judged by. A `Dataset` of `@smidgen/datasets` is one. */
export interface TrainingData {
  readonly train: Examples;
  /** Evaluated after every epoch, never learned from; to choose settings and the best epoch by. */
  readonly validation?: Examples;
  /**
   * To be judged by in the end. Evaluated after every epoch where there are no validation examples; nothing is ever chosen
   * by them.
   */
  readonly test?: Examples;
  /** What the labels mean. A network that is built has an output for each. Default: ten. */
  readonly classes?: readonly string[];
}

/**
 * @param name names the examples in messages: `train`, `validation` or `test`
 * @throws UserError `empty-dataset`, `shape-mismatch` or `invalid-labels`
 */
export function checkExamples(name: string, examples: Examples, model: ModelShape): void {
  if (examples.count === 0) {
    throw new UserError("empty-dataset", `the ${name} examples are empty`, {
      hint: "Give at least one image with its label.",
    });
  }
  checkSizes(name, examples, model.inputShape);
  checkLabels(name, examples.labels, model.classes);
}

function checkSizes(name: string, examples: Examples, inputShape: ModelShape["inputShape"]): void {
  const { count, shape, images, labels } = examples;
  const problems: string[] = [];
  if (
    shape.length !== inputShape.length ||
    inputShape.some((size, axis) => size !== null && size !== shape[axis])
  ) {
    const wanted = inputShape.map((size) => size ?? "?").join(", ");
    problems.push(`their shape is [${shape.join(", ")}], the model takes [${wanted}]`);
  }
  const imageBytes = shape.reduce((product, size) => product * size, count);
  if (images.length !== imageBytes) {
    problems.push(
      `there are ${format(images.length)} image bytes, ${format(count)} images of ` +
        `[${shape.join(", ")}] have ${format(imageBytes)}`,
    );
  }
  if (labels.length !== count) {
    problems.push(`there are ${format(labels.length)} labels for ${format(count)} images`);
  }
  if (problems.length > 0) {
    throw new UserError(
      "shape-mismatch",
      `the ${name} examples do not fit: ${problems.join("; ")}`,
    );
  }
}

function checkLabels(name: string, labels: Uint8Array, classes: number): void {
  const first = labels.findIndex((label) => label >= classes);
  if (first === -1) return;
  const wrong = labels.reduce((sum, label) => sum + (label >= classes ? 1 : 0), 0);
  throw new UserError(
    "invalid-labels",
    `${format(wrong)} of ${format(labels.length)} ${name} labels are not below ${classes}, ` +
      `the number of classes; the first is labels[${first}] = ${labels[first]}`,
    { hint: "Labels count from 0. Choose a model with as many outputs as there are classes." },
  );
}

function format(count: number): string {
  return count.toLocaleString("en-US");
}
