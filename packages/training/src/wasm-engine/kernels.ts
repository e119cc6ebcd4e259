import { kernelsModule } from "./kernels.generated.ts";
import { Instance, Module, type WasmMemory, type WasmModule } from "./web-assembly.ts";

/**
 * What the WebAssembly module computes: `assembly/*.ts`, where each function's operands are explained.
 * Every operand is a number: an address or a distance in bytes, a count, or a float.
 */
export type Kernels = Readonly<
  Record<
    | "adam"
    | "addRows"
    | "averagePoolBackward"
    | "averagePoolForward"
    | "batchStatistics"
    | "clampRows"
    | "clampRowsBackward"
    | "convolution"
    | "convolutionFilterGradient"
    | "convolutionPoolFilterGradient"
    | "convolutionPoolForward"
    | "denseForward"
    | "denseInputGradient"
    | "denseWeightGradient"
    | "depthwise"
    | "depthwiseFilterGradient"
    | "dropout"
    | "exponentials"
    | "flipDepthwiseFilter"
    | "flipFilter"
    | "maxPoolBackward"
    | "maxPoolForward"
    | "moveAverage"
    | "normalize"
    | "normalizeBackward"
    | "placeBytes"
    | "placePixels"
    | "scale"
    | "softmaxCrossEntropy"
    | "softmaxCrossEntropyOfTargets"
    | "sumPositions"
    | "throughClamp",
    (...operands: number[]) => void
  > & {
    /** Where memory begins that the module does not use itself. */
    freeMemory: () => number;
  }
>;

/** The kernels over a memory of their own. */
export function loadKernels(memory: WasmMemory): Kernels {
  return new Instance(compiledKernels(), { env: { memory } }).exports as Kernels;
}

/** @throws Error where there is no WebAssembly, or no SIMD */
export function checkKernels(): void {
  if (!("WebAssembly" in globalThis)) throw new Error("this Node.js runs without WebAssembly");
  compiledKernels();
}

function compiledKernels(): WasmModule {
  compiled ??= new Module(Buffer.from(kernelsModule, "base64"));
  return compiled;
}

/** Compiled once for all engines. */
let compiled: WasmModule | undefined;
