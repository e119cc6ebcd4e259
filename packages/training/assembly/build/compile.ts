import { fileURLToPath } from "node:url";

const options = [
  "--baseDir",
  fileURLToPath(new URL("..", import.meta.url)),
  "--outFile",
  "kernels.wasm",
  "-O3",
  "--enable",
  "simd",
  "--runtime",
  "stub",
  "--importMemory",
  // addresses are 32 bits wide, so that usize and i32 mix freely
  "--noAssert",
  "--use",
  "abort=",
  "--disableWarning",
  "201",
];

/**
 * The kernels in `assembly/` as a WebAssembly module: the same source, the same bytes.
 *
 * Without relaxed SIMD, so that every machine computes the same.
 *
 * @throws Error with what the compiler says
 */
export async function compileKernels(): Promise<Uint8Array> {
  // as a value: the compiler's types would bring AssemblyScript's globals with them, over those of Node.js
  const specifier = "assemblyscript/asc";
  const { default: compiler } = (await import(specifier)) as { readonly default: Compiler };
  let module: Uint8Array | undefined;
  const printed: string[] = [];
  const { error } = await compiler.main(["index.ts", ...options], {
    stderr: { write: (text) => void printed.push(String(text)) },
    writeFile(_name, contents) {
      if (typeof contents !== "string") module = contents;
    },
  });
  if (error !== null) throw new Error(printed.join(""), { cause: error });
  if (module === undefined) throw new Error("the compiler wrote no module");
  return module;
}

/** As much of `assemblyscript/asc` as is used here. */
interface Compiler {
  readonly main: (
    argv: readonly string[],
    options: {
      readonly stderr: { readonly write: (text: unknown) => void };
      readonly writeFile: (name: string, contents: string | Uint8Array) => void;
    },
  ) => Promise<{ readonly error: Error | null }>;
}
