import { Command } from "@commander-js/extra-typings";
import { wholeNumber } from "../options/numbers.ts";
import { print } from "../process.ts";

export const verifyCommand = new Command("verify")
  .summary("compare Smidgen's interpreter with the official runtimes, tensor by tensor")
  .description(
    "run a model in Smidgen's interpreter and in the official runtimes that are installed, and say tensor by tensor what is equal; exit with 1 if an official runtime differs",
  )
  .argument("<file>", "a .tflite file")
  .option(
    "--samples <count>",
    "how many random inputs, besides one of zeros and one of extremes",
    wholeNumber(0),
    8,
  )
  .option("--seed <seed>", "what the random inputs are drawn from", wholeNumber(0), 1)
  .option(
    "--inputs <file>",
    "a file with the raw elements of all inputs instead, little-endian, one inference after the other",
  )
  .option("--json", "print the certificate as JSON")
  .action(async (file, { samples, seed, inputs, json = false }) => {
    const { verify } = await import("./verify.ts");
    const { text, holds } = await verify(file, { samples, seed, inputs, json });
    print(text);
    if (!holds) process.exitCode = 1;
  });
