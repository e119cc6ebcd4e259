import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { env, setBackend } from "@tensorflow/tfjs-core";
import { registerWasmGradients } from "../wasm-gradients/index.ts";

/** WebAssembly with XNNPACK kernels, in one thread, and the gradient kernels that it lacks. */
export async function startWasm(): Promise<string> {
  // tfjs would find out itself, and print it
  if (!("WebAssembly" in globalThis)) throw new Error("this Node.js runs without WebAssembly");
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  // threads would need workers from Blob URLs, which Node.js refuses
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths(wasmDirectory());
  registerWasmGradients();
  const started = await withoutNewProcessListeners(() => setBackend("wasm"));
  if (!started) throw new Error("its WebAssembly module did not start");
  const simd = await env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return `TensorFlow.js on WebAssembly${simd ? " with SIMD" : ", without SIMD"}`;
}

function wasmDirectory(): string {
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  return join(dirname(main), sep);
}

/**
 * The emscripten module listens for `uncaughtException` and `unhandledRejection` and throws what it
 * hears, so that a program ends with exit code 7 and a stack out of tfjs. How a program ends is not
 * for a library to decide.
 */
async function withoutNewProcessListeners<T>(action: () => Promise<T>): Promise<T> {
  // the same method for both; @types/node wants one event name
  const events = ["uncaughtException", "unhandledRejection"] as "uncaughtException"[];
  const before = new Set(events.flatMap((event) => process.listeners(event)));
  try {
    return await action();
  } finally {
    for (const event of events) {
      for (const listener of process.listeners(event)) {
        if (!before.has(listener)) process.removeListener(event, listener);
      }
    }
  }
}
