import { Command, Option } from "@commander-js/extra-typings";
import { print } from "../process.ts";

export const lintCommand = new Command("lint")
  .summary("find what a runtime will not take, or will compute wrong")
  .description(
    "find what a runtime will not take, or will compute wrong; exit with 1 if there are errors",
  )
  .argument("<file>", "a .tflite file")
  .addOption(
    new Option(
      "--for <runtime>",
      "what is to run the file: TensorFlow Lite Micro, TensorFlow Lite or LiteRT",
    )
      .choices(["tflm", "tflite", "litert"] as const)
      .default("tflm" as const),
  )
  .option("--json", "print the findings as JSON")
  .action(async (file, { for: runtime, json = false }) => {
    const { lint } = await import("./lint.ts");
    const { text, errors } = await lint(file, { runtime, json });
    print(text);
    if (errors > 0) process.exitCode = 1;
  });
