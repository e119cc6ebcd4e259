import { writeFile } from "node:fs/promises";
import { compileKernels } from "./compile.ts";
import { moduleFile, moduleSource } from "./module-source.ts";

// Run after a change in assembly/: npx tsx assembly/build/main.ts
const wasm = await compileKernels();
await writeFile(moduleFile, moduleSource(wasm));
console.log(`${wasm.length.toLocaleString("en-US")} bytes of WebAssembly`);
