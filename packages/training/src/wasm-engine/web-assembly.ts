/** As much of the WebAssembly API as the engine uses: neither ES2023 nor Node.js 20 brings types for it. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: unknown };
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory;
}

declare const moduleBrand: unique symbol;

/** Compiled code, not yet bound to a memory. */
export interface WasmModule {
  readonly [moduleBrand]: true;
}

export interface WasmMemory {
  /** Another one after every `grow`. */
  readonly buffer: ArrayBuffer;
  /** pages: of 64 KiB. @throws RangeError if there are not so many */
  readonly grow: (pages: number) => number;
}

// absent in a Node.js that runs without just-in-time compiler, where only a start of the engine fails
export const { Module, Instance, Memory } = ((
  globalThis as unknown as { readonly WebAssembly?: WebAssemblyApi }
).WebAssembly ?? {}) as WebAssemblyApi;
