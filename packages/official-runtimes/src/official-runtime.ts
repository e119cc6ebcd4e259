import { createRequire } from "node:module";
import { UserError } from "@smidgen/errors";

/** An official runtime with one model loaded. Batch dimensions of −1 are taken as 1. */
export interface OfficialModel {
  readonly inputs: readonly OfficialOperand[];
  readonly outputs: readonly OfficialOperand[];
  /** Gives each input its bytes, runs once, and returns a copy of each output's bytes. */
  run(inputs: readonly ArrayBufferView[]): readonly Uint8Array<ArrayBuffer>[];
  /** What the runtime has logged since it was loaded. */
  readonly log: readonly string[];
}

export interface OfficialOperand {
  readonly name: string;
  /** As the runtime spells it: `int8`, `float32`, … */
  readonly type: string;
  readonly shape: readonly number[];
}

/** The bytes of any typed array. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** LiteRT logs where it should throw; a line that begins so means that its outputs are garbage. */
export function throwIfErrorLogged(log: readonly string[], runtime: string): void {
  const errors = log.filter((line) => line.includes("ERROR"));
  if (errors.length > 0) throw rejected(runtime, errors.join(" | "));
}

const require = createRequire(import.meta.url);

/**
 * The path of a file in an npm package that need not be installed.
 *
 * @throws UserError `runtime-not-installed`
 */
export function resolveOptional(request: string, packageName: string): string {
  try {
    return require.resolve(request);
  } catch (cause) {
    throw new UserError(
      "runtime-not-installed",
      `the npm package ${packageName} is not installed`,
      {
        hint: `npm install --save-dev --legacy-peer-deps ${packageName}`,
        cause,
      },
    );
  }
}

/** A model that an official runtime does not take, in its own words. */
export function rejected(runtime: string, reason: string): UserError {
  return new UserError("model-rejected", `${runtime} rejects the model: ${reason}`);
}
