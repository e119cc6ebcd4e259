import { Command } from "@commander-js/extra-typings";
import { anyNumber } from "../options/numbers.ts";
import { stopSignal } from "../process.ts";

export const trainCommand = new Command("train")
  .description(
    "train a network on labelled images, and write it as a TensorFlow.js model; Ctrl-C leaves a checkpoint to go on from",
  )
  .option("-d, --dataset <name>", "mnist, fashion-mnist, digits, or a folder with IDX files")
  .option("-a, --architecture <name>", "the network: cnn, mlp, lenet, separable, …")
  .option("-c, --config <file>", "JSON with these and all other settings; the command line wins")
  .option("--epochs <count>", "how often to go through the examples", anyNumber)
  .option("--batch-size <count>", "examples for each step", anyNumber)
  .option("--learning-rate <rate>", "of Adam; with a schedule the highest", anyNumber)
  .option("--seed <seed>", "of everything that is random", anyNumber)
  .option("--backend <name>", "auto, tfjs-node, smidgen-wasm, wasm or cpu")
  .requiredOption("-o, --output <folder>", "where the model goes, and checkpoints while it trains")
  .option("--resume", "go on from the checkpoint in the output folder")
  .option("--json", "events as JSON lines")
  .action(async ({ output, config, resume = false, json = false, ...settings }) => {
    const { train } = await import("./train.ts");
    const command = { output, config, resume, json, settings: settings as object };
    const isThrough = await train(command, process.stdout, stopSignal());
    // as a shell has it for programs that SIGINT ended
    if (!isThrough) process.exitCode = 130;
  });
