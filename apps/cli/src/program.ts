import { readFileSync } from "node:fs";
import { Command, Option } from "@commander-js/extra-typings";

const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

const print = (text: string) => process.stdout.write(text);

/** Each command loads what it needs only when it runs, so that `--help` is there at once. */
export const program = new Command("smidgen")
  .description("Takes small neural networks to microcontrollers.")
  .version(version)
  .showHelpAfterError("(--help says more)");

program
  .command("inspect")
  .description("say what is in a .tflite file: operators, tensors, and what its bytes are for")
  .argument("<file>", "any .tflite file of schema 3, with any operators")
  .option("--json", "everything, as JSON")
  .action(async (file, { json = false }) => {
    const { inspect } = await import("./commands/inspect.ts");
    print(await inspect(file, { json }));
  });

program
  .command("lint")
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
    const { lint } = await import("./commands/lint.ts");
    const { text, errors } = await lint(file, { runtime, json });
    print(text);
    if (errors > 0) process.exitCode = 1;
  });

program
  .command("repack")
  .description("write a .tflite file smaller, without changing a bit of what it computes")
  .argument("<file>", "a .tflite file with any operators")
  .requiredOption("-o, --output <file>", "where the smaller file goes")
  .option("--drop-names", "leave out names of tensors and subgraphs; signatures keep theirs")
  .option("--drop-min-max", "leave out the ranges of tensors, which no runtime reads")
  .option(
    "--drop-descriptions",
    "leave out the description, and metadata on how the model was made",
  )
  .action(async (file, options) => {
    const { repack } = await import("./commands/repack.ts");
    print(await repack(file, options.output, options));
  });
