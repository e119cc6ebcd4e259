import type { Optimizer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { selectedBackend } from "./backends/select-backend.ts";
import { tfjsEngine, tfjsEvaluator } from "./tfjs-engine.ts";
import type { Evaluator, TrainingEngine } from "./training-engine.ts";
import { canTrain } from "./wasm-engine/can-train.ts";
import { readNetwork } from "./wasm-engine/read-network.ts";
import { wasmEngine, wasmEvaluator } from "./wasm-engine/wasm-engine.ts";

/** What trains a model. */
export interface EngineChoice {
  readonly name: "smidgen-wasm" | "TensorFlow.js";
  /** Why not smidgen-wasm, where `auto` had selected it. */
  readonly reasons: readonly string[];
}

/**
 * The engine of the selected backend. TensorFlow.js trains what smidgen-wasm cannot, unless the user named
 * that backend.
 *
 * @throws UserError `unsupported-model` or `unsupported-layer`
 */
export async function chooseEngine(
  model: LayersModel,
  optimizer: Optimizer,
  settings: { readonly seed: number; readonly batchSize: number },
): Promise<{ readonly engine: TrainingEngine; readonly choice: EngineChoice }> {
  const backend = selectedBackend();
  if (backend?.name === "smidgen-wasm") {
    const answer = canTrain(model);
    if (answer === true || backend.isNamed) {
      const engine = await wasmEngine(model, optimizer, settings);
      return { engine, choice: { name: "smidgen-wasm", reasons: [] } };
    }
    const choice: EngineChoice = { name: "TensorFlow.js", reasons: answer };
    return { engine: tfjsEngine(model, optimizer), choice };
  }
  return {
    engine: tfjsEngine(model, optimizer),
    choice: { name: "TensorFlow.js", reasons: [] },
  };
}

/** Likewise, to evaluate. @throws UserError `unsupported-model` */
export async function chooseEvaluator(model: LayersModel): Promise<Evaluator> {
  const backend = selectedBackend();
  const isOurs =
    backend?.name === "smidgen-wasm" && (backend.isNamed || "network" in readNetwork(model));
  return isOurs ? wasmEvaluator(model) : tfjsEvaluator(model);
}
