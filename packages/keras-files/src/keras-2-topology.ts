import { UserError } from "@smidgen/errors";
import { isObject, type JsonObject, show } from "./json.ts";
import { layerProblems } from "./layer-problems.ts";

/** `{ class_name, config }`: the network in the form of Keras 2. */
export interface KerasTopology {
  readonly class_name: string;
  readonly config: JsonObject;
}

export interface TopologyOptions {
  /** Names the file in messages. */
  readonly name: string;
  /** Which Keras wrote it, like 3.4.1: some names have changed their meaning. */
  readonly kerasVersion: string;
  /** Whether a layer of this class can be built. Default: all can. */
  readonly isKnownLayer?: (className: string) => boolean;
}

/**
 * A network as Keras 2 would have described it, which TensorFlow.js reads, from what Keras 2 or 3 wrote.
 *
 * Keras 3 describes objects with their module, types by a policy, an input by its `batch_shape`, and calls by arguments
 * with a `keras_history` (keras/src/saving/serialization_lib.py, keras/src/models/functional.py).
 *
 * @throws UserError `invalid-model`; `unsupported-model`, listing every layer that has no counterpart, and why
 */
export function toKeras2Topology(json: unknown, options: TopologyOptions): KerasTopology {
  // tf.keras wraps it once more in what TensorFlow.js stores.
  const model = isObject(json) && isObject(json["model_config"]) ? json["model_config"] : json;
  if (!isObject(model) || typeof model["class_name"] !== "string" || !hasLayers(model["config"])) {
    throw new UserError(
      "invalid-model",
      `${options.name}: the network is not described by a class_name and a config with layers`,
    );
  }
  const problems = problemsOf(model, options, "");
  if (problems.length > 0) {
    throw new UserError(
      "unsupported-model",
      `${options.name}: ${problems.length === 1 ? "a layer has" : "layers have"} no counterpart:\n` +
        problems.map((problem) => `- ${problem}`).join("\n"),
      { hint: "Replace or remove what is listed, and save the model again." },
    );
  }
  return convertModel(model) as unknown as KerasTopology;
}

/** Keras 2 before 2.2.3 stored the layers of a Sequential as its whole config. */
function hasLayers(config: unknown): boolean {
  return Array.isArray(config) || (isObject(config) && Array.isArray(config["layers"]));
}

function layersOf(config: unknown): readonly unknown[] {
  if (Array.isArray(config)) return config;
  return isObject(config) && Array.isArray(config["layers"]) ? config["layers"] : [];
}

function isModel(layer: JsonObject): boolean {
  return hasLayers(layer["config"]);
}

function problemsOf(
  model: JsonObject,
  options: TopologyOptions,
  prefix: string,
): readonly string[] {
  return layersOf(model["config"]).flatMap((layer) => {
    if (!isObject(layer) || typeof layer["class_name"] !== "string") {
      return [`${prefix}${show(layer)} is not a layer`];
    }
    const config = isObject(layer["config"]) ? layer["config"] : {};
    const place = `${prefix}${String(config["name"] ?? layer["name"])}`;
    if (isModel(layer)) return problemsOf(layer, options, `${place}/`);
    const className = layer["class_name"];
    const current = classNameNow(className, config);
    const reasons =
      options.isKnownLayer?.(current) === false
        ? ["there is no such layer here"]
        : layerProblems(current, config, options.kerasVersion);
    return reasons.map((reason) => `"${place}" (${className}): ${reason}`);
  });
}

function convertModel(model: JsonObject): JsonObject {
  const given = model["config"];
  const config: JsonObject = Array.isArray(given) ? { layers: given } : (given as JsonObject);
  const { input_layers: inputs, output_layers: outputs } = config;
  const className = model["class_name"] === "Functional" ? "Model" : model["class_name"];
  return {
    class_name: className,
    config: {
      name: config["name"] ?? "model",
      layers: layersOf(config).map((layer) => convertLayer(layer as JsonObject)),
      ...(inputs === undefined ? {} : { input_layers: listOfPoints(inputs) }),
      ...(outputs === undefined ? {} : { output_layers: listOfPoints(outputs) }),
    },
  };
}

function convertLayer(layer: JsonObject): JsonObject {
  const { class_name: className, config, name, inbound_nodes: calls } = layer;
  const current = classNameNow(String(className), isObject(config) ? config : {});
  const converted = isModel(layer)
    ? convertModel(layer)
    : { class_name: current, config: convertConfig(current, config as JsonObject) };
  return {
    ...converted,
    ...(name === undefined ? {} : { name }),
    ...(Array.isArray(calls) ? { inbound_nodes: calls.map(convertCall) } : {}),
  };
}

/** Some versions of TensorFlow 1 gave layers names of their own; others have a near relative. */
function classNameNow(className: string, config: JsonObject): string {
  switch (className) {
    case "BatchNormalizationV1":
    case "BatchNormalizationV2":
      return "BatchNormalization";
    case "UnifiedLSTM":
      return "LSTM";
    case "UnifiedGRU":
      return "GRU";
    // The same while predicting; in training whole channels would be dropped, and here single values are.
    case "SpatialDropout1D":
    case "SpatialDropout2D":
    case "SpatialDropout3D":
      return "Dropout";
    case "ReLU":
      return isLeaky(config) ? "LeakyReLU" : "ReLU";
    default:
      return className;
  }
}

function isLeaky(config: JsonObject): boolean {
  const { negative_slope: slope, threshold, max_value: limit } = config;
  return typeof slope === "number" && slope !== 0 && !threshold && (limit ?? null) === null;
}

/** Names that have changed. What a layer here does not know, it does not look at. */
function convertConfig(className: string, config: JsonObject): JsonObject {
  const { batch_shape: batchShape, ...rest } = convertValue(config) as JsonObject;
  const renamed: Record<string, unknown> = { ...rest };
  if (batchShape !== undefined) renamed["batch_input_shape"] = batchShape;
  for (const key of ["activation", "recurrent_activation"]) {
    if (renamed[key] === "silu") renamed[key] = "swish"; // two names of x · sigmoid(x)
  }
  switch (className) {
    case "LeakyReLU": {
      const { negative_slope: slope, ...others } = renamed;
      return slope === undefined ? renamed : { ...others, alpha: slope };
    }
    case "SeparableConv1D":
    case "SeparableConv2D":
      // It has two kernels, and options of each. Those of neither are left over from Conv2D.
      for (const option of ["initializer", "regularizer", "constraint"]) {
        delete renamed[`kernel_${option}`];
      }
      return renamed;
    case "BatchNormalization": {
      const { axis } = renamed;
      return { ...renamed, axis: Array.isArray(axis) ? axis[0] : axis };
    }
    default:
      return renamed;
  }
}

/** Without modules, and with a type's name for its policy. */
function convertValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convertValue);
  if (!isObject(value)) return value;
  if (value["class_name"] === "DTypePolicy" || value["class_name"] === "Policy") {
    return (value["config"] as JsonObject | undefined)?.["name"] ?? "float32";
  }
  if (value["class_name"] === "__tuple__") return convertValue(value["items"]);
  const isSerialized = typeof value["class_name"] === "string" && "config" in value;
  const dropped = isSerialized
    ? new Set(["module", "registered_name", "build_config", "compile_config", "shared_object_id"])
    : new Set<string>();
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !dropped.has(key))
      .map(([key, item]) => [key, convertValue(item)]),
  );
}

/** `["input", 0, 0]` alone, or a list of such. */
function listOfPoints(points: unknown): readonly unknown[] {
  if (!Array.isArray(points)) return isObject(points) ? Object.values(points) : [];
  return typeof points[0] === "string" ? [points] : points;
}

/** One call of a layer as a list of `[layer, call, output, arguments]`. */
function convertCall(call: unknown): unknown {
  if (!isObject(call) || !Array.isArray(call["args"])) return call;
  const { args, kwargs } = call;
  const named = isObject(kwargs) ? (convertValue(kwargs) as JsonObject) : {};
  const tensors = [...tensorsIn(args)];
  return tensors.map(([layer, node, output]) => [layer, node, output, plainArguments(named)]);
}

function* tensorsIn(value: unknown): Generator<readonly unknown[]> {
  if (Array.isArray(value)) for (const item of value) yield* tensorsIn(item);
  else if (isObject(value)) {
    const config = value["config"];
    const history = isObject(config) ? config["keras_history"] : undefined;
    if (Array.isArray(history)) yield history;
  }
}

/** Those that say something: not `mask: null`, nor whether it is training. */
function plainArguments(named: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(named).filter(([key, value]) => value !== null && key !== "training"),
  );
}
