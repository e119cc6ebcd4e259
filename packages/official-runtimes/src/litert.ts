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

/** `ElementType` of LiteRT, by number. */
const typeNames: Readonly<Record<number, string>> = {
  1: "float32",
  2: "int32",
  3: "uint8",
  4: "int64",
  6: "bool",
  7: "int16",
  9: "int8",
};

/**
 * Loads a model into the LiteRT of `@litertjs/core`: WebAssembly, XNNPACK, one thread, the build for engines
 * without the newest WebAssembly features. It cannot load models with variable tensors.
 *
 * The package's JavaScript layer refuses int8 tensors and wants a DOM, so its emscripten module is used
 * directly; that is UMD inside an ES module package and is therefore run as CommonJS by hand.
 *
 * @throws UserError `runtime-not-installed`; `model-rejected`, if the runtime logs an ERROR, now or in `run`: LiteRT logs
 * and goes on where it should throw.
 */
export async function loadLiteRt(model: Uint8Array): Promise<OfficialModel> {
  const { wasm, log } = await startModule();
  const environment = wasm.LiteRtEnvironment.create(null);
  const pointer = wasm._malloc(model.byteLength);
  wasm.HEAPU8.set(model, pointer);
  const { loaded, compiled } = await compile(wasm, environment, pointer, model.byteLength, log);
  throwIfErrorLogged(log, "LiteRT");
  const signature = loaded.getSignature(0);
  const operands = (names: EmbindVector<string>, typeOf: (index: number) => TensorType) =>
    toArray(names).map((name, i) => {
      const type = typeOf(i);
      const elementType = type.elementType();
      const shape = toArray(type.layout().dimensions());
      return {
        name,
        elementType,
        type: typeNames[elementType.value] ?? `#${elementType.value}`,
        shape,
      };
    });
  const inputs = operands(signature.inputNames(), (i) => loaded.getInputTensorType(0, i));
  const outputs = operands(signature.outputNames(), (i) => loaded.getOutputTensorType(0, i));
  const buffers = inputs.map(({ elementType, shape }) => {
    const dimensions = new wasm.VectorInt32();
    for (const size of shape) dimensions.push_back(Math.max(1, size));
    const type = wasm.LiteRtRankedTensorType.create(
      elementType,
      wasm.LiteRtLayout.create(dimensions),
    );
    return wasm.LiteRtTensorBuffer.createManaged(
      environment,
      wasm.LiteRtTensorBufferType.HOST_MEMORY,
      type,
      type.bytes(),
    );
  });
  return {
    inputs,
    outputs,
    log,
    run(values) {
      for (const [i, value] of values.entries()) {
        const buffer = buffers[i] as TensorBuffer;
        const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.WRITE);
        wasm.HEAPU8.set(bytesOf(value), address);
        buffer.unlock();
      }
      const results = compiled.run(0, buffers);
      throwIfErrorLogged(log, "LiteRT");
      return results.map((buffer) => {
        const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.READ);
        const bytes = wasm.HEAPU8.slice(address, address + buffer.packedSize());
        buffer.unlock();
        buffer.delete();
        return bytes;
      });
    },
  };
}

async function compile(
  wasm: LiteRtModule,
  environment: unknown,
  pointer: number,
  bytes: number,
  log: readonly string[],
) {
  try {
    const loaded = wasm.loadModel(environment, pointer, bytes);
    const compiled = await wasm.compileModel(environment, loaded, {
      accelerator: "wasm",
      cpuOptions: { numThreads: 1 },
      gpuOptions: {},
      webNNOptions: {},
    });
    return { loaded, compiled };
  } catch (error) {
    throw rejected("LiteRT", [(error as Error).message, ...log].join(" | "));
  }
}

async function startModule(): Promise<{ wasm: LiteRtModule; log: string[] }> {
  const folder = path.join(
    path.dirname(resolveOptional("@litertjs/core", "@litertjs/core")),
    "../wasm",
  );
  const file = path.join(folder, "litert_wasm_compat_internal.js");
  const module = { exports: {} as unknown };
  // oxlint-disable-next-line typescript/no-implied-eval -- the one way to run this file in Node, see above
  const runAsCommonJs = new Function(
    "require",
    "module",
    "exports",
    "__filename",
    "__dirname",
    readFileSync(file, "utf8"),
  );
  runAsCommonJs(require, module, module.exports, file, folder);
  const log: string[] = [];
  const sink = (line: string) => log.push(line);
  const wasm = await (module.exports as (options: object) => Promise<LiteRtModule>)({
    locateFile: (name: string) => path.join(folder, name),
    print: sink,
    printErr: sink,
  });
  wasm.setupLogging();
  return { wasm, log };
}

function toArray<T>(vector: EmbindVector<T>): T[] {
  const array = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
  vector.delete();
  return array;
}

interface EmbindVector<T> {
  size(): number;
  get(index: number): T;
  delete(): void;
}

interface ElementTypeHandle {
  readonly value: number;
}

interface TensorType {
  layout(): { dimensions(): EmbindVector<number> };
  elementType(): ElementTypeHandle;
  bytes(): number;
}

interface TensorBuffer {
  lock(mode: unknown): number;
  unlock(): void;
  packedSize(): number;
  delete(): void;
}

interface LiteRtModule {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(bytes: number): number;
  setupLogging(): void;
  readonly LiteRtEnvironment: { create(options: null): unknown };
  readonly LiteRtLayout: { create(dimensions: unknown): unknown };
  readonly LiteRtRankedTensorType: { create(type: ElementTypeHandle, layout: unknown): TensorType };
  readonly LiteRtTensorBuffer: {
    createManaged(
      environment: unknown,
      kind: unknown,
      type: TensorType,
      bytes: number,
    ): TensorBuffer;
  };
  readonly LiteRtTensorBufferType: { readonly HOST_MEMORY: unknown };
  readonly LiteRtTensorBufferLockMode: { readonly READ: unknown; readonly WRITE: unknown };
  readonly VectorInt32: new () => { push_back(value: number): void };
  loadModel(environment: unknown, pointer: number, bytes: number): LoadedModel;
  compileModel(
    environment: unknown,
    model: LoadedModel,
    options: object,
  ): Promise<{ run(signature: number, inputs: readonly TensorBuffer[]): readonly TensorBuffer[] }>;
}

interface LoadedModel {
  getSignature(index: number): {
    inputNames(): EmbindVector<string>;
    outputNames(): EmbindVector<string>;
  };
  getInputTensorType(signature: number, index: number): TensorType;
  getOutputTensorType(signature: number, index: number): TensorType;
}
