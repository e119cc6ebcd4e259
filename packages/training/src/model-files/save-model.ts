import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@smidgen/errors";
import type { Tensor } from "@tensorflow/tfjs-core";
import { version_layers, type LayersModel } from "@tensorflow/tfjs-layers";
import { sha256, type ModelJson } from "./model-json.ts";
import type { WeightSpec } from "./weight-spec.ts";

export interface SaveOptions {
  /**
   * Stores the optimizer too, so that training can go on where it stopped. With Adam the weights
   * take three times the bytes. Default: false.
   */
  readonly includeOptimizer?: boolean;
}

/**
 * Writes `model.json` and `weights.bin`, which `loadModel` and TensorFlow.js read. The directory is made
 * if need be. The same model gives the same bytes.
 *
 * Each file is written under another name and renamed when complete, weights first; `model.json` has
 * the weights' SHA-256, so that a save which stopped between the two is noticed.
 *
 * @throws UserError `no-optimizer` when there is none to include, `write-failed`
 */
export async function saveModel(
  model: LayersModel,
  directory: string,
  { includeOptimizer = false }: SaveOptions = {},
): Promise<void> {
  const stored = model.weights.map((weight) => store(weight.originalName, weight.read()));
  if (includeOptimizer) stored.push(...(await storeOptimizer(model)));
  const weights = new Uint8Array(Buffer.concat(stored.map(({ bytes }) => bytes)));
  const metadata = model.getUserDefinedMetadata() as object | undefined;
  const modelJson: ModelJson = {
    format: "layers-model",
    generatedBy: `TensorFlow.js tfjs-layers v${version_layers}`,
    convertedBy: null,
    modelTopology: model.toJSON(undefined, false) as object,
    ...(includeOptimizer && { trainingConfig: model["getTrainingConfig"]() }),
    ...(metadata !== undefined && { userDefinedMetadata: metadata }),
    weightsManifest: [
      {
        paths: ["weights.bin"],
        weights: stored.map(({ spec }) => spec),
        sha256: sha256(weights),
      },
    ],
  };
  try {
    await mkdir(directory, { recursive: true });
    await writeWhole(directory, "weights.bin", weights);
    await writeWhole(directory, "model.json", JSON.stringify(modelJson));
  } catch (cause) {
    throw new UserError("write-failed", `cannot save the model: ${(cause as Error).message}`, {
      cause,
    });
  }
}

interface StoredTensor {
  readonly spec: WeightSpec;
  readonly bytes: Uint8Array;
}

function store(name: string, tensor: Tensor, group?: "optimizer"): StoredTensor {
  const { buffer, byteOffset, byteLength } = tensor.dataSync();
  return {
    spec: {
      name,
      shape: tensor.shape,
      dtype: tensor.dtype as WeightSpec["dtype"],
      ...(group && { group }),
    },
    bytes: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

/** The step counter, then the state of each weight, in the order in which the optimizer reads it again. */
async function storeOptimizer(model: LayersModel): Promise<StoredTensor[]> {
  if (model.optimizer === undefined) {
    throw new UserError("no-optimizer", `model "${model.name}" has no optimizer to save`, {
      hint: "Train it first, or save it without the optimizer.",
    });
  }
  const state = await model.optimizer.getWeights();
  const [counter] = state;
  // the names tfjs gives depend on what else this process has built: dense/kernel_3/m
  const names = new Map(model.weights.map(({ name, originalName }) => [name, originalName]));
  const stored = state.map(({ name, tensor }) => {
    const slash = name.lastIndexOf("/");
    const weight = names.get(name.slice(0, slash));
    return store(weight === undefined ? name : weight + name.slice(slash), tensor, "optimizer");
  });
  counter?.tensor.dispose(); // made by getWeights; the others are the optimizer's own
  return stored;
}

async function writeWhole(
  directory: string,
  name: string,
  data: string | Uint8Array,
): Promise<void> {
  const temporary = join(directory, `.${name}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, data);
    await rename(temporary, join(directory, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
