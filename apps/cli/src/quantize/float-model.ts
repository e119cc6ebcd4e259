import path from "node:path";
import type { Graph } from "@smidgen/graph";
import { type Converter, withDistinctNames } from "@smidgen/quantize";
import { inspectTflite, readTflite } from "@smidgen/tflite";
import { readBytes } from "../files.ts";

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
 * @throws UserError `cannot-read`, and as `readTflite`, `loadModel` and `convertLayersModel`.
 */
export async function readFloatModel(file: string): Promise<FloatModel> {
  if (!file.endsWith(".tflite")) {
    const { loadModel } = await import("@smidgen/training");
    const { convertLayersModel } = await import("@smidgen/convert");
    const graph = convertLayersModel(await loadModel(file));
    return { graph: withDistinctNames(graph), bytes: undefined, converter: "classic" };
  }
  const bytes = await readBytes(file);
  const name = path.basename(file);
  const { metadata } = inspectTflite(bytes, { name });
  // Converters write it since they quantize by MLIR.
  const isNew = metadata.some((entry) => entry.name === "CONVERSION_METADATA");
  return {
    graph: withDistinctNames(readTflite(bytes, { name })),
    bytes: bytes.length,
    converter: isNew ? "mlir" : "classic",
  };
}
