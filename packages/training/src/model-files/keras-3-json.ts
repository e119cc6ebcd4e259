import { arePaths, layersOfPaths, toKeras2Topology, type WeightValues } from "@smidgen/keras-files";
import { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelOfLayers, isKnownLayer } from "./keras-model.ts";
import type { ModelJson } from "./model-json.ts";
import type { WeightSpec } from "./weight-spec.ts";

interface StoredWeights {
  readonly weightSpecs: readonly WeightSpec[];
  readonly weightData: ArrayBuffer;
}

/** Whether TensorFlow.js's converter made it from a `.keras` file, whose topology TensorFlow.js does not read. */
export function isKeras3({ modelTopology, weightsManifest }: ModelJson): boolean {
  return (
    Number.parseInt(versionOf(modelTopology), 10) >= 3 ||
    arePaths(weightsManifest.flatMap(({ weights }) => weights.map(({ name }) => name)))
  );
}

/** @param file names the file in messages */
export async function modelOfKeras3Json(
  modelTopology: object,
  { weightSpecs, weightData }: StoredWeights,
  file: string,
): Promise<LayersModel> {
  const topology = toKeras2Topology(modelTopology, {
    name: file,
    kerasVersion: versionOf(modelTopology),
    isKnownLayer,
  });
  const weights = await decode(weightSpecs, weightData);
  const names = [...weights.keys()];
  const layers = arePaths(names)
    ? layersOfPaths(weights, topology, file)
    : [...byLayer(weights)].map(([layer, tensors]) => ({ path: [layer], tensors }));
  return modelOfLayers(topology, layers, file);
}

/** `sequential/dense/kernel` and `dense/kernel` both belong to dense. */
function byLayer(weights: ReadonlyMap<string, WeightValues>): ReadonlyMap<string, WeightValues[]> {
  const layers = new Map<string, WeightValues[]>();
  for (const [name, values] of weights) {
    const layer = name.split("/").at(-2) ?? name;
    layers.set(layer, [...(layers.get(layer) ?? []), values]);
  }
  return layers;
}

async function decode(
  specs: readonly WeightSpec[],
  data: ArrayBuffer,
): Promise<ReadonlyMap<string, WeightValues>> {
  const tensors = io.decodeWeights(data, specs as io.WeightsManifestEntry[]);
  const weights = new Map<string, WeightValues>();
  for (const [name, tensor] of Object.entries(tensors)) {
    weights.set(name, { shape: tensor.shape, data: Float32Array.from(await tensor.data()) });
    tensor.dispose();
  }
  return weights;
}

function versionOf(modelTopology: object): string {
  const { keras_version: version } = modelTopology as { readonly keras_version?: unknown };
  return typeof version === "string" ? version : "2";
}
