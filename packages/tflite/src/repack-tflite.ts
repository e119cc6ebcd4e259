import { UserError } from "@smidgen/errors";
import { type ByteUse, measureByteUse } from "./byte-use.ts";
import { writeFlatbuffer } from "./flatbuffer/write-flatbuffer.ts";
import { type OpenModel, openModel } from "./open-model.ts";
import { dropRedundantFields } from "./repack/drop-redundant-fields.ts";
import { dropDescriptions, dropMinMax, dropNames } from "./repack/drop-on-request.ts";
import { dropUnusedBuffers } from "./repack/drop-unused-buffers.ts";
import { dropUnusedOperatorCodes } from "./repack/drop-unused-operator-codes.ts";
import { dropUnusedTensors } from "./repack/drop-unused-tensors.ts";
import { moveDataInside } from "./repack/move-data-inside.ts";
import type { Pass } from "./repack/pass.ts";
import type { NewRow } from "./schema/schema-types.ts";

export interface RepackOptions {
  /** The file's name, for messages. */
  readonly name?: string;
  /** Names of tensors and subgraphs. Signatures keep theirs. Default: keep. */
  readonly names?: "keep" | "drop";
  /** Ranges of tensors, which no runtime reads. Default: keep. */
  readonly minMax?: "keep" | "drop";
  /** The description, and the metadata entries that only tell how the model was made. Default: keep. */
  readonly descriptions?: "keep" | "drop";
}

export interface Repacked {
  /** The file; the same bytes as before if nothing could be saved. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly before: ByteUse;
  readonly after: ByteUse;
  /** What nothing used, or what was there twice. */
  readonly dropped: {
    readonly tensors: number;
    readonly buffers: number;
    readonly operatorCodes: number;
  };
}

/**
 * The same model in fewer bytes. Every runtime computes the same bits from it.
 *
 * Works on any operators. Unused tensors, buffers and operator codes go; equal vectors, tables and vtables are
 * stored once; fields that say nothing are left out; data is laid out with little padding. Operators, the order of
 * inputs and outputs, signatures, dynamic shapes and metadata stay. Tensors are numbered anew unless something that
 * we cannot read might name them: custom operators, or metadata other than the usual.
 *
 * @throws UserError
 * - `not-tflite`, `truncated-file`, `invalid-tflite`: the file cannot be read, or its positions point nowhere
 * - `unsupported-model`: it has fields of a newer schema, or a ZIP archive behind the model, that would be lost
 */
export function repackTflite(file: Uint8Array, options: RepackOptions = {}): Repacked {
  const opened = openModel(file, options.name ?? "the model");
  const before = measureByteUse(file, opened.model, opened.extents);
  refuseToLose(opened);
  const passes = [
    moveDataInside(opened),
    ...(options.minMax === "drop" ? [dropMinMax] : []),
    ...(options.names === "drop" ? [dropNames] : []),
    ...(options.descriptions === "drop" ? [dropDescriptions] : []),
    dropRedundantFields,
    dropUnusedTensors(opened.fileName),
    dropUnusedBuffers(opened.fileName),
    dropUnusedOperatorCodes(opened.fileName),
  ] satisfies Pass[];
  // Without unknown members of unions, what was read can be written.
  const original = opened.model as unknown as NewRow<"Model">;
  const model = passes.reduce((row: NewRow<"Model">, pass) => pass(row), original);
  const written = writeFlatbuffer(model);
  const bytes = written.length < file.length ? written : new Uint8Array(file);
  const kept = bytes === written ? model : original;
  const after = openModel(bytes, opened.fileName);
  return {
    bytes,
    before,
    after: measureByteUse(bytes, after.model, after.extents),
    dropped: {
      tensors: tensorCount(original) - tensorCount(kept),
      buffers: (original.buffers?.length ?? 0) - (kept.buffers?.length ?? 0),
      operatorCodes: (original.operator_codes?.length ?? 0) - (kept.operator_codes?.length ?? 0),
    },
  };
}

function tensorCount(model: NewRow<"Model">): number {
  return (model.subgraphs ?? []).reduce((count, { tensors }) => count + (tensors?.length ?? 0), 0);
}

function refuseToLose({ fileName, file, unknownFields }: OpenModel): void {
  const unknown = unknownFields.map(({ table, id }) => `field ${id} of ${table}`);
  if (unknown.length > 0) {
    throw new UserError(
      "unsupported-model",
      `${fileName} was written for a newer schema: it has ${[...new Set(unknown)].join(", ")}`,
      { hint: "Repacking would lose them." },
    );
  }
  // Task libraries append labels and vocabularies to a model as a ZIP archive.
  const tail = file.subarray(Math.max(0, file.length - 22 - 2 ** 16));
  const isArchive = tail.some(
    (_, i) => tail[i] === 0x50 && tail[i + 1] === 0x4b && tail[i + 2] === 5 && tail[i + 3] === 6,
  );
  if (isArchive) {
    throw new UserError(
      "unsupported-model",
      `${fileName} has a ZIP archive behind the model, whose positions would no longer be right`,
      { hint: "Take the archive off, repack, and add it again." },
    );
  }
}
