import type { Optimizer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { readNetwork } from "./read-network.ts";

/** true, or every reason why the backend smidgen-wasm cannot train this model. */
export function canTrain(model: LayersModel): true | readonly string[] {
  const own = model.optimizer as Optimizer | undefined;
  const reasons = [...networkReasons(model), ...optimizerReasons(own)];
  return reasons.length === 0 ? true : reasons;
}

function networkReasons(model: LayersModel): readonly string[] {
  const read = readNetwork(model);
  return "network" in read ? [] : read.reasons;
}

/** Without an optimizer, a model is trained with Adam. */
function optimizerReasons(optimizer: Optimizer | undefined): readonly string[] {
  const name = optimizer?.getClassName() ?? "Adam";
  return name === "Adam" ? [] : [`its optimizer is ${name}, not Adam`];
}
