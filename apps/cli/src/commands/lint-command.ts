import { Command, Option } from "@commander-js/extra-typings";
import { print } from "../process.ts";

export const lintCommand = new Command("lint")
  .description(
    "find what a runtime will not take, or will compute wrong; exit with 1 if there are errors",
  )
  .argument("<file>", "a .tflite file")
  .addOption(
    new Option("--for <runtime>", "what is to run the file")
      .choices(["tflm", "tflite", "litert"] as const)
      .default("tflm" as const),
  )
  .option("--json", "the findings as JSON")
  .action(async (file, { for: runtime, json = false }) => {
    const { lint } = await import("./lint.ts");
    const { text, errors } = await lint(file, { runtime, json });
    print(text);
    if (errors > 0) process.exitCode = 1;
  });
