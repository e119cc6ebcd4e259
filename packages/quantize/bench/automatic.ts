/**
 * What automatic quantization comes to on the study's networks:
 *
 *     SMIDGEN_DATA_DIR=… npx tsx -C @smidgen/source bench/automatic.ts --seeds 1,2,3
 *
 * MNIST comes from where `@smidgen/datasets` finds it. Trains each network for 5 epochs, then prints accuracy on the
 * 10,000 test images and bytes of the file: float, int8, int4 rounded to the nearest, a scheme for each layer within
 * 0.6 of the int8 file; and of the cnn spoiled on purpose: float, int8, and fixed.
 */
import { parseArgs } from "node:util";
import { convertLayersModel } from "@smidgen/convert";
import { loadDataset, sample, toFloat32 } from "@smidgen/datasets";
import type { Graph } from "@smidgen/graph";
import {
  calibrate,
  chooseSchemes,
  compareLayers,
  fixQuantization,
  quantizeGraph,
} from "@smidgen/quantize";
import { createInterpreter, evaluateClassifier } from "@smidgen/runtime";
import { writeTflite } from "@smidgen/tflite";
import { selectBackend, train } from "@smidgen/training";
import { badNetwork } from "../test/bad-network.ts";

const { values } = parseArgs({ options: { seeds: { type: "string", default: "1,2,3" } } });
await selectBackend("smidgen-wasm");
const mnist = await loadDataset({ name: "mnist", fallback: false });
const testImages = toFloat32(mnist.test);
const calibration = toFloat32(sample(mnist.train, 500, 1));
const samples = Array.from({ length: 500 }, (_, i) => calibration.subarray(i * 784, (i + 1) * 784));

for (const architecture of ["mlp", "cnn"] as const) {
  for (const seed of values.seeds.split(",").map(Number)) {
    const { model } = await train(mnist, { architecture, epochs: 5, seed });
    const float = convertLayersModel(model);
    model.dispose();
    const ranges = calibrate(float, samples);
    const int8 = quantizeGraph(float, ranges);
    const budgetBytes = Math.floor(0.6 * fileBytes(int8));
    const goal = { budgetBytes };
    const mixed = chooseSchemes(float, { samples, goal, fileBytes });
    console.log(`${architecture}, seed ${seed}`);
    print("float", float);
    print("int8", int8);
    print("int4 to the nearest", quantizeGraph(float, ranges, { default: "int4" }));
    const chosen = mixed.layers.map(({ name, chosen: scheme }) => `${name} ${scheme}`);
    print(`mixed (${chosen.join(", ")})`, mixed.quantized);
    if (architecture === "cnn") spoil(float);
  }
}

function spoil(good: Graph): void {
  const bad = badNetwork(good, samples);
  const plain = quantizeGraph(bad, calibrate(bad, samples));
  print("spoiled, float", bad);
  print("spoiled, int8", plain);
  const [worst] = compareLayers(bad, plain, samples.slice(0, 64)).findings;
  console.log(`  ${worst?.message}`);
  const { quantized, steps } = fixQuantization(bad, {
    samples: samples.slice(0, 128),
    fileBytes,
    targetSqnrDb: 28,
  });
  const kept = steps.filter(({ isKept }) => isKept);
  print(`fixed (${kept.map(({ finding }) => finding.remedy.kind).join(", ")})`, quantized);
}

function print(name: string, graph: Graph): void {
  const examples = { images: testImages, labels: mnist.test.labels };
  const { accuracy } = evaluateClassifier(createInterpreter(graph), examples);
  console.log(`  ${(100 * accuracy).toFixed(2)} %  ${fileBytes(graph)} bytes  ${name}`);
}

function fileBytes(graph: Graph): number {
  return writeTflite(graph).length;
}
