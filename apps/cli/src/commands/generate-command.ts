import { Command, Option } from "@commander-js/extra-typings";
import { codeTargets } from "../options/core-targets.ts";
import { print } from "../process.ts";

export const generateCommand = new Command("generate")
  .description("write a model as a C99 project that needs no runtime")
  .argument("<file>", "a .tflite file")
  .requiredOption("-o, --output <folder>", "where the project goes (required)")
  .addOption(
    new Option("--target <target>", "what the code is made for")
      .choices(codeTargets)
      .default("portable" as const, "portable, any C99 compiler"),
  )
  .option(
    "--name <name>",
    "part of the functions' names, smg_NAME_run (default: from the file's name)",
  )
  .option("--labels <labels>", "what each element of the output stands for: cat,dog,bird")
  .addOption(
    new Option("--arena <owner>", "static: working memory is in model.c; caller: it is a parameter")
      .choices(["static", "caller"] as const)
      .default("static" as const),
  )
  .addOption(
    new Option(
      "--inputs <place>",
      "caller: inputs are your arrays, only read; arena: they lie in working memory, which takes less RAM, where smg_NAME_input() points",
    )
      .choices(["caller", "arena"] as const)
      .default("caller" as const),
  )
  .addOption(
    new Option(
      "--softmax <choice>",
      "drop: leave out a softmax at the end; the largest output stays the largest",
    )
      .choices(["keep", "drop"] as const)
      .default("keep" as const),
  )
  .addOption(
    new Option(
      "--layout <layout>",
      "plain: a folder with a Makefile; the others: a library for these tools",
    )
      .choices(["plain", "arduino", "platformio"] as const)
      .default("plain" as const),
  )
  .action(async (file, { labels, ...settings }) => {
    const { generate } = await import("./generate.ts");
    print(await generate(file, { ...settings, labels: labels?.split(",") }));
  });
