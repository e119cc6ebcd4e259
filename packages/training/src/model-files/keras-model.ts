import { UserError } from "@smidgen/errors";
import {
  type KerasModel,
  type KerasTopology,
  type LayerWeights,
  readKerasFile,
} from "@smidgen/keras-files";
import { ensureBackend } from "../backends/select-backend.ts";
import { serialization, tensor, type Tensor } from "@tensorflow/tfjs-core";
import { loadLayersModel, type LayersModel } from "@tensorflow/tfjs-layers";

/** What Python's Keras saved as `.keras` or `.h5`, as a model here. */
export async function modelOfKerasFile(bytes: Uint8Array, file: string): Promise<LayersModel> {
  const { topology, layers }: KerasModel = await readKerasFile(bytes, file, { isKnownLayer });
  return modelOfLayers(topology, layers, file);
}

/** Whether TensorFlow.js has a layer of this class. */
export function isKnownLayer(className: string): boolean {
  return className in serialization.SerializationMap.getMap().classNameMap;
}

/**
 * A network of Keras layers that is described as plain data, with the weights of each: as `@smidgen/keras-files` reads them, and as
 * `@smidgen/convert` describes a graph. Drops whatever the topology says about how weights begin.
 *
 * @param file names the source in messages
 * @throws UserError `invalid-model` where network and weights do not fit
 */
export async function modelOfLayers(
  topology: KerasTopology,
  layers: readonly LayerWeights[],
  file: string,
): Promise<LayersModel> {
  await ensureBackend();
  let model: LayersModel;
  try {
    model = await loadLayersModel(
      { load: async () => ({ modelTopology: withoutInitializers(topology), weightSpecs: [] }) },
      { strict: false },
    );
  } catch (cause) {
    throw new UserError(
      "invalid-model",
      `TensorFlow.js cannot build the model in ${file}: ${(cause as Error).message}`,
      { cause },
    );
  }
  const problems = [...assignWeights(model, layers)];
  if (problems.length > 0) {
    throw new UserError("invalid-model", `${file}: ${problems.join("; ")}`, {
      hint: "The weights are not those of this network. Save the model again.",
    });
  }
  return model;
}

/** All weights are given: drawing random ones first takes time, for orthogonal ones a lot, and says nothing. */
function withoutInitializers(topology: KerasTopology): object {
  const text = JSON.stringify(topology, (key, value: unknown) =>
    key.endsWith("_initializer") ? { class_name: "Zeros", config: {} } : value,
  );
  return JSON.parse(text) as object;
}

/** Gives every layer its weights; yields what is wrong. */
function* assignWeights(model: LayersModel, layers: readonly LayerWeights[]): Generator<string> {
  const missing = new Set(
    model.weights.map(({ name }) => name), // unique in this process
  );
  for (const { path, tensors } of layers) {
    const place = path.join("/");
    const layer = layerAt(model, path);
    if (layer === undefined) {
      yield `there are weights for "${place}", which the network does not have`;
      continue;
    }
    const wanted = layer.weights.map(({ shape }) => showShape(shape)).join(" ");
    const found = tensors.map(({ shape }) => showShape(shape)).join(" ");
    for (const { name } of layer.weights) missing.delete(name);
    if (wanted !== found) {
      yield `layer "${place}" has weights of the shapes ${found}, it takes ${wanted || "none"}`;
      continue;
    }
    const values: Tensor[] = tensors.map(({ shape, data }) => tensor(data, [...shape], "float32"));
    layer.setWeights(values);
    for (const value of values) value.dispose();
  }
  if (missing.size > 0) yield `the file has no values for ${[...missing].join(", ")}`;
}

type Layer = LayersModel["layers"][number];

function layerAt(model: LayersModel, path: readonly string[]): Layer | undefined {
  let layers = model.layers;
  let layer: Layer | undefined;
  for (const name of path) {
    layer = layers.find((candidate) => candidate.name === name);
    layers = (layer as Partial<LayersModel> | undefined)?.layers ?? [];
  }
  return layer;
}

function showShape(shape: readonly (number | null)[]): string {
  return `[${shape.join(", ")}]`;
}
