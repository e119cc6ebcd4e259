import { type LayerRules, reasons } from "../layer-rules.ts";
import type { LayerCall } from "../network.ts";

/** Two or more tensors of one rank, joined from the left, pair by pair. */
export function merge(kind: "add" | "maximum" | "minimum" | "mul"): LayerRules {
  return {
    problems: mergeProblems,
    convert: (call, b, [first, ...others]) =>
      others.reduce((sum, other, i) => {
        const isLast = i === others.length - 1;
        const name = isLast ? call.name : `${call.name}/partial_${i + 1}`;
        return kind === "maximum" || kind === "minimum"
          ? b.op(kind, [sum, other], {}, name)
          : b.op(kind, [sum, other], { activation: "none" }, name);
      }, first),
  };
}

export function mergeProblems(call: LayerCall): readonly string[] {
  const shapes = call.inputs.map(({ shape }) => shape);
  return reasons([
    // tfjs lines up tensors of different rank at the first axis, TensorFlow Lite at the last
    new Set(shapes.map(({ length }) => length)).size > 1,
    `its inputs have different ranks: ${shapes.map((shape) => `[${shape.join(", ")}]`).join(", ")}`,
  ]);
}
