import { Command, Option } from "@commander-js/extra-typings";
import { coreTargets } from "../options/core-targets.ts";
import { anyNumber, anyNumbers } from "../options/numbers.ts";
import { stopSignal } from "../process.ts";

export const searchCommand = new Command("search")
  .summary("find small networks that fit into flash and RAM, and train them")
  .description(
    "train a family of small networks within a budget, in parallel, and show which are worth their bytes; the same command again goes on where it was stopped",
  )
  .option(
    "-d, --dataset <name>",
    "mnist, fashion-mnist, digits, or a folder with IDX files (default: mnist)",
  )
  .option(
    "--flash <bytes>",
    "most bytes for weights, tables and code (default: no limit)",
    anyNumber,
  )
  .option("--ram <bytes>", "most bytes for arena, output and stack (default: no limit)", anyNumber)
  .option(
    "--macs <count>",
    "most multiply-accumulates of an inference (default: no limit)",
    anyNumber,
  )
  .addOption(
    new Option("--core <core>", "what code is generated for; cortex-m4 if not given").choices(
      coreTargets,
    ),
  )
  .option(
    "--measured",
    "measure code and stack with compiler and emulator instead of estimating them",
  )
  .option(
    "--rounds <epochs...>",
    "epochs of each round; the better third goes on to the next (default: 1 5)",
    anyNumbers,
  )
  .option(
    "--networks <count>",
    "train at most so many, drawn by the seed (default: all that fit)",
    anyNumber,
  )
  .option("-c, --config <file>", "JSON file with these settings and more; options win over it")
  .option("--seed <seed>", "what everything random is drawn from (default: 1)", anyNumber)
  .option(
    "--threads <count>",
    "how many networks to train at a time (default: one for each processor)",
    anyNumber,
  )
  .requiredOption("-o, --output <folder>", "where results.jsonl and the networks go (required)")
  .option("--json", "tell what happens as JSON lines")
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
