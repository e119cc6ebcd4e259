import path from "node:path";
import { UserError } from "@smidgen/errors";
import type { Graph } from "@smidgen/graph";
import { type Converter, withDistinctNames } from "@smidgen/quantize";
import { inspectTflite, readTflite } from "@smidgen/tflite";
import { fileExists, isFolder, readBytes } from "../files.ts";
import { modelFormat, savedModel } from "./model-format.ts";

export interface FloatModel {
  /** Every tensor has a name of its own. */
  readonly graph: Graph;
  /** Of the `.tflite` file; undefined for other formats. */
  readonly bytes: number | undefined;
  /** Whose last bits weights had in its time. */
  readonly converter: Converter;
}

/**
 * A `.tflite` file, or a model of TensorFlow.js (a folder, or its model.json) or of Keras.
 *
 * @throws UserError `cannot-read`; `unknown-model`, if it is none of them, saying what it is; and as `readTflite`, `loadModel` and
 *   `convertLayersModel`.
 */
export async function readFloatModel(file: string): Promise<FloatModel> {
  if (await isFolder(file)) {
    await requireModelJson(file);
    return readLayersModel(file);
  }
  const bytes = await readBytes(file);
  if (bytes.length === 0) refuse(file, "empty");
  const format = modelFormat(bytes, file);
  if (format?.kind === "tflite" || (format === undefined && file.endsWith(".tflite"))) {
    return ofTflite(bytes, path.basename(file));
  }
  if (format === undefined) refuse(file, "none of the models that can be read");
  if (format.kind === "other") refuse(file, format.title, format.remedy);
  return readLayersModel(file);
}

function ofTflite(bytes: Uint8Array, name: string): FloatModel {
  const { metadata } = inspectTflite(bytes, { name });
  // Converters write it since they quantize by MLIR.
  const isNew = metadata.some((entry) => entry.name === "CONVERSION_METADATA");
  return {
    graph: withDistinctNames(readTflite(bytes, { name })),
    bytes: bytes.length,
    converter: isNew ? "mlir" : "classic",
  };
}

async function readLayersModel(file: string): Promise<FloatModel> {
  const { loadModel } = await import("@smidgen/training");
  const { convertLayersModel } = await import("@smidgen/convert");
  const graph = convertLayersModel(await loadModel(file));
  return { graph: withDistinctNames(graph), bytes: undefined, converter: "classic" };
}

async function requireModelJson(folder: string): Promise<void> {
  if (await fileExists(path.join(folder, "model.json"))) return;
  if (await fileExists(path.join(folder, "saved_model.pb"))) {
    refuse(folder, savedModel.title, savedModel.remedy);
  }
  refuse(folder, "a folder without the model.json of TensorFlow.js");
}

function refuse(file: string, title: string, remedy?: string): never {
  const accepted =
    "Models are .tflite files, .keras and .h5 files of Keras, and folders or model.json of TensorFlow.js.";
  throw new UserError("unknown-model", `${file} is ${title}`, {
    hint: remedy === undefined ? accepted : `${remedy.replace("MODEL", file)}\n  ${accepted}`,
  });
}
