import { Command, Option } from "@commander-js/extra-typings";
import { coreTargets } from "../options/core-targets.ts";
import { anyNumber, anyNumbers } from "../options/numbers.ts";
import { stopSignal } from "../process.ts";

export const searchCommand = new Command("search")
  .description(
    "train a family of small networks within a budget, in parallel, and show which are worth their bytes; the same command again goes on where it was stopped",
  )
  .option("-d, --dataset <name>", "mnist, fashion-mnist, digits, or a folder with IDX files")
  .option("--flash <bytes>", "at most, of weights, tables and code", anyNumber)
  .option("--ram <bytes>", "at most, of arena, output and stack", anyNumber)
  .option("--macs <count>", "multiply-accumulates of an inference, at most", anyNumber)
  .addOption(new Option("--core <core>", "what code is generated for").choices(coreTargets))
  .option("--measured", "code and stack as compiler and emulator have them, not estimated")
  .option("--rounds <epochs...>", "epochs of each round; the better third goes on", anyNumbers)
  .option("--networks <count>", "train at most so many, drawn by the seed", anyNumber)
  .option("-c, --config <file>", "JSON with these and all other settings; the command line wins")
  .option("--seed <seed>", "of everything that is random", anyNumber)
  .option("--threads <count>", "how many to train at a time", anyNumber)
  .requiredOption("-o, --output <folder>", "where results.jsonl and the networks go")
  .option("--json", "events as JSON lines")
  .action(async ({ output, config, json = false, flash, ram, macs, measured, ...settings }) => {
    const { search } = await import("./search.ts");
    const budget = {
      ...(flash !== undefined && { flashBytes: flash }),
      ...(ram !== undefined && { ramBytes: ram }),
      ...(macs !== undefined && { multiplyAccumulates: macs }),
    };
    const command = {
      output,
      config,
      json,
      settings: { ...settings, budget, ...(measured === true && { code: "measured" as const }) },
    };
    const isThrough = await search(command, process.stdout, stopSignal());
    if (!isThrough) process.exitCode = 130;
  });
