import { setBackend } from "@tensorflow/tfjs-core";

/** Plain JavaScript: runs wherever Node.js does, far slower than the others. */
export async function startCpu(): Promise<string> {
  await import("@tensorflow/tfjs-backend-cpu");
  if (!(await setBackend("cpu"))) throw new Error("it did not start");
  return "TensorFlow.js in plain JavaScript";
}
