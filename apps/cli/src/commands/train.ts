import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "@smidgen/errors";
import {
  architectures,
  evaluateModel,
  saveModel,
  selectBackend,
  train as trainModel,
  type TrainObserver,
} from "@smidgen/training";
import { fileExists, makeFolder, writeWhole } from "../files.ts";
import { loadExamples } from "../train/load-examples.ts";
import {
  type Moment,
  type ProgressPrinter,
  progressPrinter,
  type Screen,
} from "../train/progress.ts";
import {
  checkSettings,
  datasetOf,
  readSettings,
  type TrainingSettings,
} from "../train/settings.ts";

export interface TrainCommand {
  /** A folder. */
  readonly output: string;
  readonly config?: string | undefined;
  /** Goes on from the checkpoint in the output folder, with the settings that it began with. */
  readonly resume: boolean;
  readonly json: boolean;
  /** What the command line says of the settings: it wins over the file. */
  readonly settings: TrainingSettings;
}

const files = {
  settings: "settings.json",
  checkpoint: "checkpoint.safetensors",
  result: "training.json",
};

/**
 * Trains a network and writes it into a folder, as `model.json` and `weights.bin`, with `training.json` about how it went.
 *
 * As long as it is not through, the folder holds its settings and a checkpoint. Returns whether it came to its end.
 *
 * @param signal ends it with a checkpoint
 * @throws UserError `checkpoint-exists`, `nothing-to-resume`, `invalid-config` and all that `train` says
 */
export async function train(
  command: TrainCommand,
  screen: Screen,
  signal: AbortSignal,
): Promise<boolean> {
  const { output, json, resume } = command;
  const inOutput = (file: string) => path.join(output, file);
  const checkpoint = inOutput(files.checkpoint);
  const settings = await settingsOf(command, inOutput(files.settings), checkpoint);
  const printer = progressPrinter(screen, json);

  const backend = await selectBackend(settings.backend ?? "auto");
  printer.say(`Backend: ${backend.description}`);
  const { architecture = "cnn" } = settings;
  printer.say(`Network: ${architecture}, ${architectures[architecture].description}`);
  const dataset = await loadExamples(settings.dataset ?? "mnist", printer);
  await makeFolder(output);
  await writeWhole(inOutput(files.settings), `${JSON.stringify(settings, undefined, 2)}\n`);

  const { dataset: _dataset, backend: _backend, ...options } = settings;
  const start = performance.now();
  try {
    const { model, history, end, engine, fallbacks, restoredEpoch } = await trainModel(
      dataset,
      { ...options, architecture, checkpoint: { file: checkpoint, resume }, signal },
      observerOf(printer, settings.batchSize ?? 32),
    );
    if (end === "interrupted") {
      printer.event("interrupted", { checkpoint });
      printer.say(
        `Stopped. ${checkpoint} holds where it stands; it goes on with:\n` +
          `  smidgen train --resume -o ${quoted(output)}`,
      );
      return false;
    }
    if (fallbacks.length > 0) {
      printer.say(`Computed in plain JavaScript, for want of a kernel: ${fallbacks.join(", ")}`);
    }
    if (end === "stopped-early") printer.say("Stopped early: it got no better.");
    if (restoredEpoch !== undefined)
      printer.say(`The weights are those of epoch ${restoredEpoch}.`);
    const test = await evaluateModel(model, dataset.test);
    await saveModel(model, output, { includeOptimizer: true });
    const seconds = (performance.now() - start) / 1000;
    const result = { settings, backend, engine, fallbacks, end, restoredEpoch, history, test };
    await writeWhole(inOutput(files.result), `${JSON.stringify(result, undefined, 2)}\n`);
    // only now, so that whatever comes before may be repeated
    await forget(inOutput);
    printer.event("end", { end, restoredEpoch, test, output, seconds });
    printer.say(
      `Test loss: ${test.loss.toFixed(4)}, test accuracy: ${test.accuracy.toFixed(4)}, ` +
        `after ${seconds.toFixed(1)} s`,
    );
    printer.say(`The model is in ${output}.`);
    return true;
  } catch (error) {
    // it would diverge again, or has not begun: what is in the way of the next attempt is worth nothing
    const isUseless = error instanceof UserError && error.code === "diverged";
    if (isUseless || !(await fileExists(checkpoint))) await forget(inOutput);
    throw error;
  } finally {
    printer.end();
  }
}

/** Removes what a training goes on from. */
async function forget(inOutput: (file: string) => string): Promise<void> {
  await rm(inOutput(files.checkpoint), { force: true });
  await rm(inOutput(files.settings), { force: true });
}

/** From the folder if it goes on there; otherwise from the file and the command line. */
async function settingsOf(
  { output, config, resume, settings }: TrainCommand,
  stored: string,
  checkpoint: string,
): Promise<TrainingSettings> {
  const hasCheckpoint = await stat(checkpoint).then(
    () => true,
    () => false,
  );
  if (resume && !hasCheckpoint) {
    throw new UserError("nothing-to-resume", `${output} holds no checkpoint of a training`, {
      hint: "Name the folder of a training that was stopped, or begin one without --resume.",
    });
  }
  if (!resume && hasCheckpoint) {
    throw new UserError(
      "checkpoint-exists",
      `${output} holds the checkpoint of a training that is not through`,
      { hint: "Go on with --resume, or choose another folder, or remove this one." },
    );
  }
  const base = resume
    ? await readSettings(stored)
    : config === undefined
      ? {}
      : await readSettings(config);
  const merged = checkSettings({ ...base, ...settings }, "the command line");
  const { dataset = "mnist" } = merged;
  const place = datasetOf(dataset);
  return { ...merged, dataset: "directory" in place ? place.directory : place.name };
}

function observerOf(printer: ProgressPrinter, batchSize: number): TrainObserver {
  let begun = performance.now();
  let stepsDone = 0;
  let examples = 0;
  return {
    onStart(start) {
      begun = performance.now();
      ({ examples } = start);
      printer.start(start);
    },
    onBatch(progress) {
      stepsDone++;
      const elapsedMs = performance.now() - begun;
      const moment: Moment = { ...progress, batchSize, examples, elapsedMs, stepsDone };
      printer.moment(moment);
    },
    onEpoch: (record) => printer.epoch(record),
    onCheckpoint: (file) => printer.event("checkpoint", { file }),
  };
}

/** For a shell, if need be. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
