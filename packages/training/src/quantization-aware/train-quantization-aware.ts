import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { batches } from "../batches.ts";
import { noCheckpoints } from "../checkpoint/checkpoint-saver.ts";
import type { Examples, TrainingData } from "../examples.ts";
import type { EpochRecord, TrainObserver } from "../history.ts";
import { learningRateOf, setLearningRate } from "../optimizer.ts";
import { permutation, randomGenerator } from "../random.ts";
import { firstProgress, runEpochs } from "../run-epochs.ts";
import type { TrainOptions } from "../train-options.ts";
import { prepareRun } from "../training-run.ts";
import { fakeQuantizedEngine, imagesOf } from "./fake-quantized-engine.ts";
import {
  fakeQuantizedNetwork,
  type FakeQuantizedNetwork,
  type TrainedScheme,
} from "./fake-quantized-network.ts";
import type { TrainedRange } from "./range-tracker.ts";

export interface QuantizationAwareOptions extends Omit<
  TrainOptions,
  "architecture" | "checkpoint" | "earlyStopping" | "model"
> {
  /** A trained softmax classifier. It is trained further, in place. */
  readonly model: LayersModel;
  /** Default: int8 throughout. The same object is the scheme to quantize with. */
  readonly scheme?: TrainedScheme;
}

export interface QuantizationAwareResult {
  /** With weights that lie on the grid on which they will be stored. */
  readonly model: LayersModel;
  /** What `quantizeGraph` of @smidgen/quantize takes, by the names that @smidgen/convert gives to tensors. Plain JSON. */
  readonly ranges: {
    readonly samples: number;
    readonly method: string;
    readonly tensors: Readonly<Record<string, TrainedRange>>;
  };
  readonly history: readonly EpochRecord[];
}

/**
 * Trains a network further with its rounding to integers in the forward pass, so that weights settle where rounding does
 * least harm: int8 activations, int8 or int4 weights. Quantizing the result with the same scheme and `ranges` gives
 * exactly the weights and ranges of the training.
 *
 * First some batches are looked at for ranges, without rounding; then ranges follow the batches. `loss` and `accuracy`
 * are those of the network that rounds, as are `valLoss` and `valAccuracy`. Layers keep their names: models whose
 * layers were named by TensorFlow.js are renamed when they are converted, so give them names.
 *
 * Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR
 * 2018, section 3.
 *
 * @throws UserError `unsupported-layer`, naming every layer whose rounding is not known; `unknown-layer`; what `train` throws
 */
export async function trainQuantizationAware(
  data: TrainingData,
  options: QuantizationAwareOptions,
  observer: TrainObserver = {},
): Promise<QuantizationAwareResult> {
  const { scheme = { default: "int8" }, ...trainOptions } = options;
  requireOwnNames(options.model);
  const network = fakeQuantizedNetwork(options.model, scheme);
  const { learningRate = 1e-4 } = options;
  const prepared = await prepareRun(data, { ...trainOptions, learningRate });
  const { model, optimizer, fullRate, settings } = prepared;
  const engine = fakeQuantizedEngine(model, optimizer, network);
  const run = { ...prepared, engine };
  const samples = seeFirstBatches(network, prepared.examples, settings.batchSize, settings.seed);
  let history: readonly EpochRecord[];
  try {
    const ending = await runEpochs(run, firstProgress(settings.seed), noCheckpoints, observer);
    history = ending.progress.history;
  } finally {
    if (learningRateOf(optimizer) !== fullRate) setLearningRate(optimizer, fullRate);
  }
  network.roundWeights();
  return {
    model,
    ranges: { samples, method: "quantization-aware training", tensors: network.ranges() },
    history,
  };
}

const firstBatches = 20;

function seeFirstBatches(
  { logits }: FakeQuantizedNetwork,
  examples: Examples,
  batchSize: number,
  seed: number,
): number {
  const order = permutation(examples.count, randomGenerator(seed, "order"));
  let seen = 0;
  let left = firstBatches;
  for (const batch of batches(examples, batchSize, order)) {
    tf.tidy(() => {
      logits(imagesOf(batch), { training: false, observe: true, round: false });
    });
    seen += batch.count;
    if (--left === 0) break;
  }
  return seen;
}

/** Ranges are kept by name, and converting gives other names to layers that nobody named. */
function requireOwnNames(model: LayersModel): void {
  const unnamed = model.layers.filter((layer) => {
    const className = layer.getClassName();
    return new RegExp(`_${className}\\d+$`).test(layer.name) || /^input\d+$/.test(layer.name);
  });
  if (unnamed.length === 0) return;
  throw new UserError(
    "unsupported-model",
    `model "${model.name}" has layers that TensorFlow.js named: ${unnamed.map(({ name }) => `"${name}"`).join(", ")}`,
    { hint: "Give each layer a name: ranges are kept by the names of layers." },
  );
}
