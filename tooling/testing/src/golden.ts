import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { announceSkipped, sharedFolder } from "./shared-folder.ts";

/**
 * A model, inputs, and what the TensorFlow Lite Micro reference kernels compute from them (double rounding).
 */
export interface GoldenModel {
  readonly name: string;
  readonly model: Uint8Array<ArrayBuffer>;
  readonly meta: GoldenMeta;
  /** Bytes of one of the folder's `.bin` files, or undefined if this model has none. */
  readonly file: (name: GoldenFile) => Uint8Array<ArrayBuffer> | undefined;
}

export type GoldenFile =
  | "inputs.bin"
  | "outputs.bin"
  | "inputs_smooth.bin"
  | "outputs_smooth.bin"
  | "outputs_stream.bin";

/** The part of `meta.json` that tests read. */
export interface GoldenMeta {
  readonly samples: number;
  readonly stateful: boolean;
  readonly ops: readonly string[];
  readonly inputs: readonly GoldenOperand[];
  readonly outputs: readonly GoldenOperand[];
  readonly tensors: readonly GoldenTensor[];
  readonly [more: string]: unknown;
}

export interface GoldenOperand {
  readonly tensor: number;
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

export interface GoldenTensor {
  readonly i: number;
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly const: boolean;
  readonly variable: boolean;
  /** In TFLM's greedy plan; −1 for tensors outside the arena. */
  readonly arena_offset: number;
  readonly [more: string]: unknown;
}

/**
 * Every golden model of `folder`, or of `SMIDGEN_GOLDEN_DIR` (else `../shared/golden`), by name.
 *
 * Where there is no such folder the list is empty and the terminal says what was not tested.
 */
export function goldenModels(
  folder = sharedFolder("SMIDGEN_GOLDEN_DIR", "golden"),
): readonly GoldenModel[] {
  if (folder === undefined) {
    announceSkipped(
      "golden vectors of the reference interpreter",
      "Set SMIDGEN_GOLDEN_DIR to the folder that holds them.",
    );
    return [];
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
    .map((name) => readGoldenModel(path.join(folder, name)));
}

function readGoldenModel(folder: string): GoldenModel {
  return {
    name: path.basename(folder),
    model: readBytes(path.join(folder, "model.tflite")),
    meta: JSON.parse(readFileSync(path.join(folder, "meta.json"), "utf8")) as GoldenMeta,
    file(name) {
      try {
        return readBytes(path.join(folder, name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}

/** A copy with a buffer of its own: Node puts small files into a shared pool, where `.buffer` is not the file. */
function readBytes(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(file));
}
