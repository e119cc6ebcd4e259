import { Command } from "@commander-js/extra-typings";
import { print } from "../process.ts";

export const repackCommand = new Command("repack")
  .description("write a .tflite file smaller, without changing a bit of what it computes")
  .argument("<file>", "a .tflite file with any operators")
  .requiredOption("-o, --output <file>", "where the smaller file goes (required)")
  .option("--drop-names", "leave out names of tensors and subgraphs; signatures keep theirs")
  .option("--drop-min-max", "leave out the ranges of tensors, which no runtime reads")
  .option(
    "--drop-descriptions",
    "leave out the description, and metadata on how the model was made",
  )
  .action(async (file, options) => {
    const { repack } = await import("./repack.ts");
    print(await repack(file, options.output, options));
  });
