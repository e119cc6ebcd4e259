import { UserError } from "@smidgen/errors";
import type { LayersModel } from "@tensorflow/tfjs-layers";

/** What a classifier takes and gives, for one image. */
export interface ModelShape {
  /** null where the model takes any size. */
  readonly inputShape: readonly (number | null)[];
  readonly classes: number;
}

/** @throws UserError `unsupported-model` unless there is one input and one output [batch, classes] */
export function modelShape(model: LayersModel): ModelShape {
  const [input] = model.inputs;
  const [output] = model.outputs;
  const classes = output?.shape[1];
  if (
    model.inputs.length !== 1 ||
    model.outputs.length !== 1 ||
    output?.shape.length !== 2 ||
    typeof classes !== "number"
  ) {
    const outputs = model.outputs.map(
      ({ shape }) => `[${shape.map((size) => size ?? "?").join(", ")}]`,
    );
    throw new UserError(
      "unsupported-model",
      `model "${model.name}" has ${model.inputs.length} inputs and the outputs ${outputs.join(", ")}; ` +
        "a classifier has one input and one output [batch, classes]",
    );
  }
  return { inputShape: input!.shape.slice(1), classes };
}
