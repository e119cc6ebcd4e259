import { Command, Option } from "@commander-js/extra-typings";
import { coreTargets } from "../options/core-targets.ts";
import { wholeNumber } from "../options/numbers.ts";
import { print } from "../process.ts";

export const measureCommand = new Command("measure")
  .summary("say what flash, RAM and instructions a model takes, in an emulator")
  .description(
    "build a model for microcontrollers, run it in an emulator, and say what flash, RAM and instructions it takes; exit with 1 if it computes anything else than Smidgen's interpreter",
  )
  .argument("<file>", "a .tflite file")
  .addOption(
    new Option("--target <targets...>", "cores, or host for this machine")
      .choices([...coreTargets, "host"] as const)
      .default([...coreTargets], "all cores"),
  )
  .option("--portable", "measure portable C instead of code made for the core")
  .addOption(
    new Option("--optimization <level>", "of the compiler: -Os, -O2 or -O3")
      .choices(["s", "2", "3"] as const)
      .default("2" as const),
  )
  .option(
    "--samples <count>",
    "how many random inputs, besides one of zeros and one of extremes",
    wholeNumber(0, 100_000),
    8,
  )
  .option("--seed <seed>", "what the random inputs are drawn from", wholeNumber(0), 1)
  .option(
    "--inputs <file>",
    "a file with the raw elements of all inputs instead, little-endian, one inference after the other",
  )
  .option("--steps", "say how many instructions each operator takes")
  .option("--json", "print the measurements as JSON")
  .action(async (file, { target, portable = false, optimization, steps = false, ...options }) => {
    const { measure } = await import("./measure.ts");
    const { text, equal } = await measure(file, {
      ...options,
      targets: target,
      portable,
      optimization: `-O${optimization}`,
      steps,
      json: options.json ?? false,
    });
    print(text);
    if (!equal) process.exitCode = 1;
  });
