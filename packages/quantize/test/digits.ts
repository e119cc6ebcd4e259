import { convertLayersModel } from "@smidgen/convert";
import { generateDigits, sample, toFloat32 } from "@smidgen/datasets";
import type { Graph } from "@smidgen/graph";
import { createInterpreter, evaluateClassifier } from "@smidgen/runtime";
import { type ArchitectureName, selectBackend, train } from "@smidgen/training";

/** Digits that are drawn, and networks that read them: small, and the same on every machine. */
export const digits = generateDigits({ seed: 1, trainCount: 6000, testCount: 1000 });

/** Of the training digits, as a network sees them. */
export function digitSamples(count: number, seed = 1): readonly Float32Array[] {
  const floats = toFloat32(sample(digits.train, count, seed));
  return Array.from({ length: count }, (_, i) => floats.subarray(i * 784, (i + 1) * 784));
}

export async function digitNetwork(architecture: ArchitectureName): Promise<Graph> {
  await selectBackend("smidgen-wasm");
  const data = { train: digits.train, classes: digits.classes };
  const { model } = await train(data, { architecture, epochs: 8, seed: 1 });
  return convertLayersModel(model);
}

const testImages = toFloat32(digits.test);

/** Share of the 1000 test digits that a network reads right, in percent. */
export function accuracy(graph: Graph): number {
  const examples = { images: testImages, labels: digits.test.labels };
  return 100 * evaluateClassifier(createInterpreter(graph), examples).accuracy;
}
