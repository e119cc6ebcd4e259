import { Command } from "@commander-js/extra-typings";
import { wholeNumber } from "../options/numbers.ts";
import { print } from "../process.ts";

export const compareCommand = new Command("compare")
  .description(
    "say tensor by tensor where a quantized model departs from its float one, which operators cost most, and what to change",
  )
  .argument("<float>", "what it was made from: any model that quantize takes")
  .argument("<quantized>", "a .tflite file, ours or anyone's")
  .requiredOption(
    "-s, --samples <data...>",
    "an .npy file for each input, a dataset (mnist), or a folder with IDX files",
  )
  .option("--count <count>", "how many of them to take", wholeNumber(1), 64)
  .option("--seed <seed>", "what a dataset's are drawn by", wholeNumber(0), 1)
  .option("--json", "the comparison as JSON")
  .action(async (float, quantized, { json = false, ...options }) => {
    const { compare } = await import("./compare.ts");
    print(await compare(float, quantized, { ...options, json }));
  });
