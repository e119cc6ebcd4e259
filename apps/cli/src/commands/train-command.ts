import { Command } from "@commander-js/extra-typings";
import { anyNumber } from "../options/numbers.ts";
import { stopSignal } from "../process.ts";

export const trainCommand = new Command("train")
  .summary("train a network on labelled images")
  .description(
    "train a network on labelled images, and write it as a TensorFlow.js model; Ctrl-C leaves a checkpoint to go on from",
  )
  .option(
    "-d, --dataset <name>",
    "mnist, fashion-mnist, digits, or a folder with IDX files (default: mnist)",
  )
  .option(
    "-a, --architecture <name>",
    "the network: cnn, mlp, lenet, separable, conv-3, conv-3-tiny, ds-cnn, mobilenet-v1 or resnet-8 (default: cnn)",
  )
  .option("-c, --config <file>", "JSON file with these settings and more; options win over it")
  .option("--epochs <count>", "how often to go through the examples (default: 5)", anyNumber)
  .option("--batch-size <count>", "examples for each step (default: 32)", anyNumber)
  .option(
    "--learning-rate <rate>",
    "of Adam; with a schedule, the highest (default: 0.001)",
    anyNumber,
  )
  .option("--seed <seed>", "what everything random is drawn from (default: 42)", anyNumber)
  .option(
    "--backend <name>",
    "what computes: auto, tfjs-node, smidgen-wasm, wasm or cpu (default: auto)",
  )
  .requiredOption(
    "-o, --output <folder>",
    "where the model goes, and a checkpoint while it trains (required)",
  )
  .option("--resume", "go on from the checkpoint in the output folder")
  .option("--json", "tell what happens as JSON lines")
  .action(async ({ output, config, resume = false, json = false, ...settings }) => {
    const { train } = await import("./train.ts");
    const command = { output, config, resume, json, settings: settings as object };
    const isThrough = await train(command, process.stdout, stopSignal());
    // as a shell has it for programs that SIGINT ended
    if (!isThrough) process.exitCode = 130;
  });
