import type { TensorId } from "@smidgen/graph";
import type { LayerBuilder } from "./layer-builder.ts";
import type { LayerCall } from "./network.ts";

/** A layer's `activation` option, as tfjs writes it: `relu`. */
interface ActivationConfig {
  readonly activation: string;
}

type AddActivation = (builder: LayerBuilder, input: TensorId, name: string) => TensorId;

const activations: ReadonlyMap<string, AddActivation | undefined> = new Map<
  string,
  AddActivation | undefined
>([
  ["linear", undefined],
  ["elu", (b, input, name) => b.op("elu", [input], {}, name)],
  ["logSoftmax", (b, input, name) => b.op("log-softmax", [input], {}, name)],
  ["relu", (b, input, name) => b.op("relu", [input], {}, name)],
  ["relu6", (b, input, name) => b.op("relu6", [input], {}, name)],
  ["sigmoid", (b, input, name) => b.op("logistic", [input], {}, name)],
  [
    "swish", // x · sigmoid(x)
    (b, input, name) => {
      const gate = b.op("logistic", [input], {}, `${name}/gate`);
      return b.op("mul", [input, gate], { activation: "none" }, name);
    },
  ],
  ["softmax", (b, input, name) => b.op("softmax", [input], { beta: 1 }, name)],
  ["tanh", (b, input, name) => b.op("tanh", [input], {}, name)],
]);

export function activationProblems(call: LayerCall): readonly string[] {
  const { activation } = call.config as ActivationConfig;
  if (activations.has(activation)) return [];
  return [`activation ${activation} is not one of ${[...activations.keys()].join(", ")}`];
}

/**
 * `makeLinear`'s operators with the layer's activation behind them, as an operator of its own: what can be
 * fused is fused later, when all operators stand side by side.
 *
 * @param name of the result
 */
export function withActivation(
  call: LayerCall,
  builder: LayerBuilder,
  makeLinear: (name: string) => TensorId,
  name = call.name,
): TensorId {
  const addActivation = activations.get((call.config as ActivationConfig).activation);
  if (addActivation === undefined) return makeLinear(name);
  return addActivation(builder, makeLinear(`${name}/linear`), name);
}
