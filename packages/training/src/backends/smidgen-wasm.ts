import { checkKernels } from "../wasm-engine/kernels.ts";
import { startCpu } from "./cpu.ts";
import { smokeTest } from "./smoke-test.ts";
import { startWasm } from "./wasm.ts";

/**
 * Our own engine. TensorFlow.js runs beside it on the best that is left: it holds the models, and
 * computes for those that have a layer the engine has not.
 */
export async function startSmidgenWasm(): Promise<string> {
  checkKernels();
  let other: string;
  try {
    other = await startWasm();
    smokeTest();
  } catch {
    other = await startCpu();
  }
  return `Smidgen on WebAssembly with SIMD, and ${other} for what it does not compute`;
}
