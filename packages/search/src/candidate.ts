import { convertLayersModel } from "@smidgen/convert";
import type { CoreName } from "@smidgen/device";
import { UserError } from "@smidgen/errors";
import { type Graph, tensorOf } from "@smidgen/graph";
import { calibrate, quantizeGraph, type Ranges } from "@smidgen/quantize";
import { createInterpreter, evaluateClassifier } from "@smidgen/runtime";
import { writeTflite } from "@smidgen/tflite";
import {
  buildModel,
  type ConvNetwork,
  type Examples,
  evaluateModel,
  train,
  type TrainOptions,
} from "@smidgen/training";
import type { Budget, Costs } from "./budget.ts";
import { type CodeFigures, costsOf } from "./costs.ts";
import { networkName } from "./family.ts";
import type { SearchResult } from "./results-file.ts";

/** How every network is trained; seed and epochs come from the search. */
export type SearchTraining = Pick<
  TrainOptions,
  | "batchSize"
  | "learningRate"
  | "schedule"
  | "weightDecay"
  | "labelSmoothing"
  | "mixup"
  | "classWeights"
  | "augmentation"
>;

/** What all networks of a search share. Can be sent to another thread. */
export interface Surroundings {
  readonly train: Examples;
  readonly validation: Examples;
  readonly classes: number;
  readonly training: SearchTraining;
  readonly seed: number;
  readonly core: CoreName;
  readonly code: CodeFigures;
  readonly budget: Budget;
}

export interface TrainedCandidate {
  readonly result: SearchResult;
  /** The int8 network; none, if the training diverged. */
  readonly tflite?: Uint8Array;
}

/**
 * What a network costs at least, before it is trained. Of all that is generated only the table of softmax depends on what a network
 * learns: it is smaller for larger logits.
 *
 * @throws UserError `shape-mismatch`, if images are too small for it; and as `costsOf`
 */
export async function costsBefore(network: ConvNetwork, around: Surroundings): Promise<Costs> {
  const model = await build(network, around);
  const graph = convertLayersModel(model);
  model.dispose();
  const ranges = calibrated(graph, around.train, 2);
  const logits = graph.ops.flatMap(({ kind, inputs }) =>
    kind === "softmax" && inputs[0] !== undefined ? [tensorOf(graph, inputs[0]).name] : [],
  );
  const wide = Object.fromEntries(logits.map((name) => [name, { min: -64, max: 64 }]));
  return costsOf(
    quantizeGraph(graph, { ...ranges, tensors: { ...ranges.tensors, ...wide } }),
    around,
  );
}

/**
 * Trains a network and judges it by the validation examples, in floats and as int8.
 *
 * @param onProgress told the share that is done, after every step
 * @throws UserError as `train`; that the loss diverged is a result
 */
export async function trainCandidate(
  { network, epochs, sized }: { network: ConvNetwork; epochs: number; sized: Costs },
  around: Surroundings,
  onProgress: (share: number) => void,
): Promise<TrainedCandidate> {
  const { validation, training, seed } = around;
  const head = { name: networkName(network), network, epochs, sized };
  const model = await build(network, around);
  try {
    await train(
      { train: around.train },
      { ...training, model, epochs, seed },
      {
        onBatch: ({ epoch, step, steps }) =>
          onProgress(((epoch - 1) * steps + step) / (epochs * steps)),
      },
    );
    const isFinite = model.getWeights().every((weight) => weight.dataSync().every(Number.isFinite));
    if (!isFinite) return { result: { ...head, problem: "weights became infinite" } };
    const float = await evaluateModel(model, validation);
    const floatGraph = convertLayersModel(model);
    const graph = quantizeGraph(
      floatGraph,
      calibrated(floatGraph, around.train, calibrationExamples),
    );
    const { accuracy } = evaluateClassifier(createInterpreter(graph, { rounding: "double" }), {
      images: (example) => image(validation, example),
      labels: validation.labels,
    });
    const figures = { accuracy, floatAccuracy: float.accuracy, floatLoss: float.loss };
    // whatever the budget is: results are found again under another
    const costs = await costsOf(graph, { ...around, budget: {} });
    return { result: { ...head, costs, validation: figures }, tflite: writeTflite(graph) };
  } catch (error) {
    if (!(error instanceof UserError && error.code === "diverged")) throw error;
    return { result: { ...head, problem: error.message } };
  } finally {
    model.dispose();
  }
}

/** Training images that the ranges of activations are taken from: the first, which the split has left in their order. */
const calibrationExamples = 500;

function build(network: ConvNetwork, { train: { shape }, classes, seed }: Surroundings) {
  return buildModel(network, { inputShape: shape, classes, seed });
}

function calibrated(graph: Graph, examples: Examples, most: number): Ranges {
  const count = Math.min(examples.count, most);
  return calibrate(
    graph,
    Array.from({ length: count }, (_, i) => image(examples, i)),
  );
}

/** Pixels from 0 to 1. */
function image({ images, count }: Examples, example: number): Float32Array {
  const size = images.length / count;
  return Float32Array.from(
    images.subarray(example * size, (example + 1) * size),
    (pixel) => pixel / 255,
  );
}
