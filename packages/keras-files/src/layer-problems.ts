import { isObject, type JsonObject } from "./json.ts";

/** What a layer of a known class wants that TensorFlow.js, which will run it, does not do or does otherwise. */
export function layerProblems(
  className: string,
  config: JsonObject,
  kerasVersion: string,
): readonly string[] {
  return [...problems(className, config, kerasVersion)];
}

function* problems(className: string, config: JsonObject, kerasVersion: string): Generator<string> {
  const isKeras3 = Number.parseInt(kerasVersion, 10) >= 3;
  for (const key of ["activation", "recurrent_activation"]) {
    const activation = config[key];
    const name = isObject(activation) ? activation["class_name"] : activation;
    if (isKeras3 && name === "hard_sigmoid") {
      yield `${key} hard_sigmoid is relu6(x + 3) / 6 since Keras 3, and 0.2 x + 0.5 in TensorFlow.js`;
    } else if (typeof name === "string" && !activations.has(name)) {
      yield `${key} ${name} is not known here`;
    }
  }
  if (typeof config["groups"] === "number" && config["groups"] !== 1) {
    yield `convolutions in ${config["groups"]} groups cannot be run`;
  }
  if (className.endsWith("1D") && config["data_format"] === "channels_first") {
    yield "data_format channels_first is not known here";
  }
  if (config["padding"] === "causal") yield "causal padding is not known here";
  if (className === "ELU" && typeof config["alpha"] === "number" && config["alpha"] !== 1) {
    yield `an alpha of ${config["alpha"]} is not known here, only 1`;
  }
  if (className === "GRU" && config["reset_after"] === true) {
    yield "reset_after is not known here";
  }
  if (className === "ReLU") {
    for (const key of ["negative_slope", "threshold"]) {
      const value = isObject(config[key]) ? config[key]["value"] : config[key];
      if (typeof value === "number" && value !== 0) yield `${key} of ${value} is not known here`;
    }
  }
  if (
    className === "UpSampling2D" &&
    !["nearest", "bilinear", undefined].includes(config["interpolation"] as string | undefined)
  ) {
    yield `interpolation ${String(config["interpolation"])} is not known here`;
  }
  if (isObject(config["layer"])) {
    const { class_name: inner, config: innerConfig } = config["layer"];
    if (typeof inner === "string" && isObject(innerConfig)) {
      for (const problem of problems(inner, innerConfig, kerasVersion)) {
        yield `${inner} in it: ${problem}`;
      }
    }
  }
}

/** Source: tfjs-layers/src/activations.ts. */
const activations = new Set([
  "elu",
  "gelu",
  "gelu_new",
  "hard_sigmoid",
  "linear",
  "log_softmax",
  "mish",
  "relu",
  "relu6",
  "selu",
  "sigmoid",
  "softmax",
  "softplus",
  "softsign",
  "swish",
  "silu",
  "tanh",
]);
