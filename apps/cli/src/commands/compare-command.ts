import { Command } from "@commander-js/extra-typings";
import { wholeNumber } from "../options/numbers.ts";
import { print } from "../process.ts";

export const compareCommand = new Command("compare")
  .summary("say where a quantized model departs from its float one, and what to change")
  .description(
    "say tensor by tensor where a quantized model departs from its float one, which operators cost most, and what to change",
  )
  .argument("<float>", "the float model that it was made from: whatever quantize takes")
  .argument("<quantized>", "a quantized .tflite file, whoever made it")
  .requiredOption(
    "-s, --samples <data...>",
    "samples: an .npy file for each input, or a dataset (mnist, fashion-mnist, digits), a folder with IDX files, or a file of IDX images (required)",
  )
  .option("--count <count>", "how many samples to take", wholeNumber(1), 64)
  .option("--seed <seed>", "what samples of a dataset are drawn from", wholeNumber(0), 1)
  .option("--json", "print the comparison as JSON")
  .action(async (float, quantized, { json = false, ...options }) => {
    const { compare } = await import("./compare.ts");
    print(await compare(float, quantized, { ...options, json }));
  });
