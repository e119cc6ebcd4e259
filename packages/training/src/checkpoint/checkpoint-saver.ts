import type { TrainingEngine } from "../training-engine.ts";
import type { CheckpointOptions } from "../train-options.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { writeCheckpoint } from "./checkpoint-file.ts";

/** Says when a checkpoint is due, and writes it. */
export interface CheckpointSaver {
  /** After every step. */
  readonly countStep: () => void;
  readonly isDue: () => boolean;
  /** With the engine's state as it is. Does nothing where no checkpoints are wanted. */
  readonly save: (progress: Omit<Checkpoint, "identity" | "state">) => Promise<void>;
}

export const noCheckpoints: CheckpointSaver = {
  countStep() {},
  isDue: () => false,
  save: async () => {},
};

export function checkpointSaver(
  { file, everySeconds, everySteps }: Required<CheckpointOptions>,
  identity: Checkpoint["identity"],
  engine: TrainingEngine,
  onCheckpoint: ((file: string) => void) | undefined,
): CheckpointSaver {
  let last = performance.now();
  let steps = 0;
  return {
    countStep: () => void steps++,
    isDue: () => steps >= everySteps || performance.now() - last >= everySeconds * 1000,
    async save(progress) {
      await writeCheckpoint(file, { ...progress, identity, state: await engine.readState() });
      last = performance.now();
      steps = 0;
      onCheckpoint?.(file);
    },
  };
}
