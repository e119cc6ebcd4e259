/**
 * Loads every `.h5` and `.keras` file below a directory, and predicts with those that have a file
 * `…_inputs_and_outputs.h5` beside `…_model.h5`, as the test resources of Deeplearning4j do
 * (github.com/KonduitAI/dl4j-test-resources, src/main/resources/modelimport/keras: files that Keras wrote, and what Keras
 * predicted).
 *
 *     npx tsx --conditions=@smidgen/source bench/keras-files.ts DIRECTORY
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@smidgen/errors";
import { tensor, type Tensor } from "@tensorflow/tfjs-core";
import { Dataset, File as Hdf5File, Group, ready } from "h5wasm";
import { loadModel, selectBackend } from "../src/index.ts";

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("a directory is needed");
await selectBackend("cpu");
console.warn = () => {};

const counts = new Map<string, number>();
const reasons = new Map<string, number>();
const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);

for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (!/(?<!weights|_inputs_and_outputs)\.(h5|keras)$/.test(file)) continue;
  try {
    const model = await loadModel(file);
    const expected = await readExpected(file.replace(/_model\.h5$/, "_inputs_and_outputs.h5"));
    if (expected === undefined) {
      count(counts, "loaded");
      continue;
    }
    const { inputs, outputs } = expected;
    const result = model.predict(inputs.length === 1 ? (inputs[0] as Tensor) : inputs);
    const values = await Promise.all([result].flat().map((output) => output.data()));
    const isEqual = outputs.every((output, i) =>
      output.every(
        (value, j) =>
          Math.abs(value - (values[i]?.[j] ?? Number.NaN)) <= 1e-5 * Math.max(1, Math.abs(value)),
      ),
    );
    count(counts, isEqual ? "loaded, predicts as Keras did within 1e-5" : "PREDICTS OTHERWISE");
    if (!isEqual) console.log(`otherwise: ${file}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    count(counts, `refused: ${error.code}`);
    for (const [, reason] of error.message.matchAll(/\): (.+)|is from (Keras .+)|backend (\w+)/g)) {
      count(reasons, reason ?? "older or flipped");
    }
  }
}
for (const map of [counts, reasons]) {
  console.table([...map].toSorted((a, b) => b[1] - a[1]).map(([what, times]) => ({ what, times })));
}

async function readExpected(
  path: string,
): Promise<{ inputs: Tensor[]; outputs: Float32Array[] } | undefined> {
  if (!path.endsWith("_inputs_and_outputs.h5")) return undefined;
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const { FS } = await ready;
  FS.writeFile("expected.h5", bytes);
  const file = new Hdf5File("expected.h5", "r");
  const datasets = (name: string) => {
    const group = file.get(name);
    if (!(group instanceof Group)) return [];
    return group.keys().map((key) => group.get(key) as Dataset);
  };
  const predictions = datasets("predictions");
  // Some files have only what the network was to learn.
  if (predictions.length === 0) {
    file.close();
    return undefined;
  }
  const read = {
    inputs: datasets("inputs").map((data) =>
      tensor(data.value as Float32Array, [...(data.shape ?? [])]),
    ),
    outputs: predictions.map(({ value }) => value as Float32Array),
  };
  file.close();
  return read;
}
