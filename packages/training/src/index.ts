export {
  type Architecture,
  type ArchitectureFigures,
  type BuildOptions,
} from "./architectures/architecture.ts";
export type { ConvNetwork } from "./architectures/conv-network.ts";
export { architectures, type ArchitectureName } from "./architectures/index.ts";
export { type Augmentation } from "./augmentation/augmentation.ts";
export {
  type Backend,
  type BackendName,
  backendNames,
  type BackendPreference,
} from "./backends/backend.ts";
export { selectBackend } from "./backends/select-backend.ts";
export { type EarlyStopping, type Monitor } from "./early-stopping.ts";
export { buildModel } from "./build-model.ts";
export { type EngineChoice } from "./choose-engine.ts";
export { evaluateModel, type Evaluation } from "./evaluate-model.ts";
export { type Examples, type TrainingData } from "./examples.ts";
export { formatEpoch } from "./format-epoch.ts";
export {
  type BatchProgress,
  type EpochRecord,
  type TrainObserver,
  type TrainStart,
} from "./history.ts";
export { inferencePeakBytes } from "./inference-peak-bytes.ts";
export { modelOfLayers } from "./model-files/keras-model.ts";
export { loadModel } from "./model-files/load-model.ts";
export { saveModel, type SaveOptions } from "./model-files/save-model.ts";
export { type TrainedScheme } from "./quantization-aware/fake-quantized-network.ts";
export { type TrainedRange } from "./quantization-aware/range-tracker.ts";
export {
  type QuantizationAwareOptions,
  type QuantizationAwareResult,
  trainQuantizationAware,
} from "./quantization-aware/train-quantization-aware.ts";
export { type Schedule } from "./schedule.ts";
export { splitExamples } from "./split-examples.ts";
export { train, type TrainResult } from "./train.ts";
export { type CheckpointOptions, type TrainOptions } from "./train-options.ts";
export { canTrain } from "./wasm-engine/can-train.ts";
export type { LayersModel } from "@tensorflow/tfjs-layers";
