import { createHash } from "node:crypto";
import { UserError } from "@smidgen/errors";
import type { BestEpoch } from "../early-stopping.ts";
import type { EpochRecord } from "../history.ts";
import type { RunningSums } from "../running-mean.ts";
import type { EngineState } from "../training-engine.ts";
import { decodeSafetensors, encodeSafetensors, type NamedArray } from "./safetensors.ts";

/** Where a training stands between two steps: with the data and the options, all that the rest of it depends on. */
export interface Checkpoint {
  /** What must be the same to go on, name by name: options, data, engine. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** That of the next step, from 1; one more than there are if the training is complete. */
  readonly epoch: number;
  /** The next step in the epoch, from 0. */
  readonly step: number;
  /** Of the generator that draws the order of the examples, at the beginning of the epoch. */
  readonly orderState: readonly number[];
  /** Of the epoch so far. */
  readonly sums: RunningSums;
  /** Spent on the epoch so far. */
  readonly elapsedMs: number;
  readonly history: readonly EpochRecord[];
  readonly best: BestEpoch | undefined;
  readonly state: EngineState;
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { state, best, ...rest } = checkpoint;
  const arrays = [
    ...named("weights", state.weights),
    ...named("optimizer", state.optimizer),
    ...named("best", best?.weights ?? []),
  ];
  const about = {
    ...rest,
    counters: state.counters,
    best: best && { epoch: best.epoch, value: best.value },
  };
  return encodeSafetensors({
    metadata: {
      format,
      sha256: digestOf(arrays),
      training: JSON.stringify(about),
    },
    arrays,
  });
}

const format = "smidgen-training-1";

/**
 * @param file names the file in messages
 * @throws UserError `corrupt-checkpoint`
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  try {
    const { metadata, arrays } = decodeSafetensors(bytes);
    if (metadata["format"] !== format) throw new Error("is no checkpoint of a training");
    if (metadata["sha256"] !== digestOf(arrays))
      throw new Error("was changed since it was written");
    type About = Omit<Checkpoint, "state" | "best"> & {
      readonly counters: EngineState["counters"];
      readonly best?: Omit<BestEpoch, "weights">;
    };
    const { counters, best, ...rest } = JSON.parse(metadata["training"] ?? "") as About;
    return {
      ...rest,
      best: best && { ...best, weights: ofGroup("best", arrays) },
      state: {
        weights: ofGroup("weights", arrays),
        optimizer: ofGroup("optimizer", arrays),
        counters,
      },
    };
  } catch (cause) {
    throw new UserError("corrupt-checkpoint", `${file} ${(cause as Error).message}`, {
      hint: "Remove it, and train from the beginning.",
      cause,
    });
  }
}

/** With the place in its group, so that no two have the same name. */
function named(group: string, arrays: readonly NamedArray[]): readonly NamedArray[] {
  return arrays.map((array, i) => ({ ...array, name: `${group}/${i}/${array.name}` }));
}

function ofGroup(group: string, arrays: readonly NamedArray[]): readonly NamedArray[] {
  return arrays
    .filter(({ name }) => name.startsWith(`${group}/`))
    .map((array) => ({ ...array, name: array.name.replace(/^\w+\/\d+\//, "") }));
}

function digestOf(arrays: readonly NamedArray[]): string {
  const hash = createHash("sha256");
  for (const { name, values } of arrays) {
    hash.update(name);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest("hex");
}
