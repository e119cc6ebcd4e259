import type { LayersModel } from "@tensorflow/tfjs-layers";
import { readNetwork } from "./read-network.ts";

/** true, or every reason why `wasmEngine` cannot train this model. */
export function canTrain(model: LayersModel): true | readonly string[] {
  const read = readNetwork(model);
  return "network" in read ? true : read.reasons;
}
