import { Command, Option } from "@commander-js/extra-typings";
import { wholeNumber } from "../options/numbers.ts";
import { print } from "../process.ts";

export const runCommand = new Command("run")
  .description(
    "run a model in Smidgen's interpreter and say what comes out, and what each operator takes",
  )
  .argument("<file>", "a .tflite file")
  .option(
    "--inputs <files...>",
    ".npy files of real numbers, one for each input, or one file with the raw elements of all inputs, little-endian, one inference after the other (default: random inputs)",
  )
  .option("--samples <count>", "how many random inputs, without --inputs", wholeNumber(1), 1)
  .option("--seed <seed>", "what the random inputs are drawn from", wholeNumber(0), 1)
  .addOption(
    new Option(
      "--rounding <profile>",
      "how integers round: double (twice) as on chips, single (once) as on phones",
    )
      .choices(["double", "single"] as const)
      .default("double" as const),
  )
  .option("--profile", "say what time, multiply-accumulates and bytes each operator takes")
  .option("--runs <count>", "how often --profile runs all inputs", wholeNumber(1), 100)
  .option("--json", "print outputs and profile as JSON")
  .action(async (file, { runs, profile = false, json = false, ...settings }) => {
    const { run } = await import("./run.ts");
    const profileRuns = profile ? runs : 0;
    const { inputs } = settings;
    print(await run(file, { ...settings, inputs, profileRuns, json }));
  });
