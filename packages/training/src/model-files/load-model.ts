import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "@smidgen/errors";
import type { io } from "@tensorflow/tfjs-core";
import { loadLayersModel, type LayersModel } from "@tensorflow/tfjs-layers";
import { ensureBackend } from "../backends/select-backend.ts";
import { modelOfKerasFile } from "./keras-model.ts";
import { isKeras3, modelOfKeras3Json } from "./keras-3-json.ts";
import { parseModelJson, sha256, type ModelJson, type WeightGroup } from "./model-json.ts";
import { byteLength, type WeightSpec } from "./weight-spec.ts";

/**
 * Reads a model: a directory with the `model.json` that `saveModel`, TensorFlow.js or its converter wrote, and the
 * weights it names, or that `model.json`; or what Python's Keras wrote, a `.keras` or `.h5` file. If `saveModel`
 * saved the optimizer too, the model has it, with its state, and `train` goes on with it.
 *
 * @throws UserError `missing-file`, `invalid-model`, `unsupported-model` with all layers that have no counterpart,
 * `truncated-file` when there are fewer or more bytes than announced, `corrupt-file` when they are not those that
 * were saved
 */
export async function loadModel(path: string): Promise<LayersModel> {
  if (path.endsWith(".json")) return loadModelJson(dirname(path), path);
  if (await isDirectory(path)) return loadModelJson(path, join(path, "model.json"));
  return modelOfKerasFile(await read(path), path);
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // a directory is what it should have been
    return !/\.(keras|h5|hdf5)$/i.test(path);
  }
}

async function loadModelJson(directory: string, file: string): Promise<LayersModel> {
  const text = new TextDecoder().decode(await read(file));
  const modelJson = parseModelJson(text, file);
  const groups = [];
  for (const group of modelJson.weightsManifest) groups.push(await readGroup(directory, group));
  await ensureBackend();
  const weightSpecs = modelJson.weightsManifest.flatMap(({ weights }) => weights);
  const weightData = new Uint8Array(Buffer.concat(groups)).buffer;
  if (isKeras3(modelJson)) {
    return modelOfKeras3Json(modelJson.modelTopology, { weightSpecs, weightData }, file);
  }
  const artifacts = { ...modelJson, weightSpecs, weightData };
  let model: LayersModel;
  try {
    model = await loadLayersModel({ load: async () => artifacts as unknown as io.ModelArtifacts });
  } catch (cause) {
    throw new UserError(
      "invalid-model",
      `TensorFlow.js cannot build the model in ${file}: ${(cause as Error).message}`,
      { cause },
    );
  }
  checkOptimizer(model, modelJson, file);
  return model;
}

async function readGroup(
  directory: string,
  { paths, weights, sha256: digest }: WeightGroup,
): Promise<Uint8Array> {
  const files = paths.map((path) => join(directory, path));
  const bytes = Buffer.concat(await Promise.all(files.map(read)));
  const announced = weights.reduce((sum, spec) => sum + byteLength(spec), 0);
  if (bytes.length !== announced) {
    throw new UserError(
      "truncated-file",
      `${files.join(" + ")} has ${format(bytes.length)} bytes; ` +
        `model.json announces ${format(announced)}, for ${weights.length} tensors`,
      { hint: "Save the model again." },
    );
  }
  if (digest !== undefined && digest !== sha256(bytes)) {
    throw new UserError(
      "corrupt-file",
      `${files.join(" + ")} is not what was saved with model.json: their SHA-256 differ`,
      { hint: "A save was interrupted, or a file was changed. Save the model again." },
    );
  }
  return bytes;
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new UserError(
      missing ? "missing-file" : "read-failed",
      missing ? `${file} does not exist` : `cannot read ${file}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Adam takes whatever it is given, and would only fail in training. */
function checkOptimizer(model: LayersModel, modelJson: ModelJson, file: string): void {
  const isState = ({ group }: WeightSpec) => group === "optimizer";
  const state = modelJson.weightsManifest.flatMap(({ weights }) => weights.filter(isState));
  // a step counter alone is an optimizer that has not begun
  if (state.length < 2 || model.optimizer?.getClassName() !== "Adam") return;
  const shapes = (specs: readonly { readonly shape: readonly (number | null)[] }[]) =>
    specs.map(({ shape }) => `[${shape.join(", ")}]`).join(" ");
  const weights = model.trainableWeights;
  const wanted = shapes([...weights, ...weights]);
  const found = shapes(state.slice(1));
  if (found === wanted) return;
  throw new UserError(
    "invalid-model",
    `${file}: the optimizer's state does not fit the model's weights: ` +
      `the shapes are ${found}, they should be ${wanted}`,
    { hint: "Save the model again, or without its optimizer." },
  );
}

function format(count: number): string {
  return count.toLocaleString("en-US");
}
