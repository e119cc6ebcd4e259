import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import {
  bytesOf,
  type OfficialModel,
  rejected,
  resolveOptional,
  throwIfErrorLogged,
} from "./official-runtime.ts";

const require = createRequire(import.meta.url);

/** embind frees a C++ object when its handle is collected, and some models crash then: never let go. */
const kept: unknown[] = [];

/**
 * Loads a model into the TensorFlow Lite of `@tensorflow/tfjs-tflite`: WebAssembly, XNNPACK, one thread.
 *
 * Its public API wants a browser; the emscripten module beneath it takes the bytes of the `.wasm` file and
 * runs in plain Node. Each model gets a module of its own.
 *
 * @throws UserError `runtime-not-installed`; `model-rejected`, if the runtime does not take the model or logs an ERROR,
 * now or in `run`.
 */
export async function loadTfliteRuntime(model: Uint8Array): Promise<OfficialModel> {
  const folder = path.join(
    path.dirname(
      resolveOptional("@tensorflow/tfjs-tflite/package.json", "@tensorflow/tfjs-tflite"),
    ),
    "wasm",
  );
  const base = path.join(folder, "tflite_web_api_cc_simd");
  const log: string[] = [];
  const sink = (line: string) => log.push(line);
  const start = require(`${base}.js`) as (options: object) => Promise<TfliteModule>;
  const module = await start({
    wasmBinary: readFileSync(`${base}.wasm`),
    print: sink,
    printErr: sink,
  });
  const pointer = module._malloc(model.length);
  module.HEAPU8.set(model, pointer);
  const result = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(pointer, model.length, {
    numThreads: 1,
    enableProfiling: false,
    maxProfilingBufferEntries: 1024,
  });
  if (!result.ok()) {
    throw rejected("TensorFlow Lite", [result.errorMessage(), ...log].join(" | "));
  }
  const runner = result.value();
  kept.push(result, runner);
  throwIfErrorLogged(log, "TensorFlow Lite");
  const inputs = toArray(runner.GetInputs());
  const outputs = toArray(runner.GetOutputs());
  const describe = ({ name, dataType, shape }: TfliteTensor) => ({
    name,
    type: dataType,
    shape: shape === "" ? [] : shape.split(",").map(Number),
  });
  return {
    inputs: inputs.map(describe),
    outputs: outputs.map(describe),
    log,
    run(values) {
      for (const [i, value] of values.entries()) {
        bytesOf((inputs[i] as TfliteTensor).data()).set(bytesOf(value));
      }
      if (!runner.Infer())
        throw rejected("TensorFlow Lite", ["inference failed", ...log].join(" | "));
      throwIfErrorLogged(log, "TensorFlow Lite");
      return outputs.map((output) => bytesOf(output.data()).slice());
    },
  };
}

function toArray<T>(vector: EmbindVector<T>): readonly T[] {
  return Array.from({ length: vector.size() }, (_, i) => vector.get(i));
}

interface EmbindVector<T> {
  size(): number;
  get(index: number): T;
}

interface TfliteTensor {
  readonly name: string;
  readonly dataType: string;
  readonly shape: string;
  data(): ArrayBufferView<ArrayBuffer>;
}

interface TfliteRunner {
  GetInputs(): EmbindVector<TfliteTensor>;
  GetOutputs(): EmbindVector<TfliteTensor>;
  Infer(): boolean;
}

interface TfliteModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  readonly TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(
      pointer: number,
      bytes: number,
      options: object,
    ): { ok(): boolean; errorMessage(): string; value(): TfliteRunner };
  };
}
