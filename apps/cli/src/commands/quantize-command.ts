import { Command, Option } from "@commander-js/extra-typings";
import { share, wholeNumber } from "../options/numbers.ts";
import { print } from "../process.ts";

export const quantizeCommand = new Command("quantize")
  .description("write a float model with smaller numbers")
  .argument(
    "<model>",
    "a .tflite file, a folder or model.json of TensorFlow.js, a .keras or .h5 file",
  )
  .requiredOption("-o, --output <file>", "where the .tflite file goes")
  .option(
    "-s, --scheme <scheme>",
    "float16, weights-int8, dynamic-range, int8, int4, int16x8, or a JSON file",
    "int8",
  )
  .option(
    "--operator <pattern=scheme...>",
    "another scheme for operators by kind or output name: conv*=int4",
    [] as string[],
  )
  .option(
    "-c, --calibration <data...>",
    "an .npy file for each input, a dataset (mnist), or a folder with IDX files",
    [] as string[],
  )
  .option("--samples <count>", "how many of them to take", wholeNumber(1), 500)
  .option("--seed <seed>", "what a dataset's are drawn by", wholeNumber(0), 1)
  .option(
    "-m, --method <method>",
    "min-max, moving-average:0.9, percentile:99.99, mse or entropy",
    "min-max",
  )
  .option("--reset-state", "let recurrent layers forget before each sample")
  .option("--ranges <file>", "ranges of an earlier run instead of calibration")
  .option("--save-ranges <file>", "write the ranges as JSON, to be edited and used again")
  .addOption(
    new Option("--inputs <type>", "type of the inputs").choices([
      "float32",
      "int8",
      "uint8",
      "int16",
    ] as const),
  )
  .addOption(
    new Option("--outputs <type>", "type of the outputs").choices([
      "float32",
      "int8",
      "uint8",
      "int16",
    ] as const),
  )
  .addOption(
    new Option("--conv <scales>", "weight scales of convolutions").choices([
      "per-channel",
      "per-tensor",
    ] as const),
  )
  .addOption(
    new Option("--dense <scales>", "weight scales of dense layers").choices([
      "per-channel",
      "per-tensor",
    ] as const),
  )
  .addOption(
    new Option("--converter <converter>", "whose last bits weights have; auto: of the model's time")
      .choices(["auto", "classic", "mlir"] as const)
      .default("auto" as const),
  )
  .addOption(
    new Option("--equalise <balance>", "make channels alike across layers").choices([
      "activations",
      "weights",
    ] as const),
  )
  .option("--round-adaptively", "round weights up or down such that sums keep their value")
  .option("--correct-bias", "take the mean of the rounding errors off the biases")
  .option("--auto", "a scheme for each layer, within --budget or --tolerance")
  .option("--fix", "find what costs accuracy, and apply what helps")
  .option("--budget <bytes>", "how large the file may become, for --auto and --fix", wholeNumber(1))
  .option(
    "--tolerance <share>",
    "of the samples that may be classified otherwise than before, for --auto",
    share,
  )
  .option("--candidates <schemes>", "what --auto chooses among, the smallest first", "int4,int8")
  .option("--json", "what became of it as JSON")
  .action(async (model, { resetState = false, json = false, ...options }) => {
    const { quantize } = await import("./quantize.ts");
    const { stderr } = process;
    const show = (line: string) => {
      if (stderr.isTTY) stderr.write(`\r\u{1b}[2K${line}`);
    };
    print(await quantize(model, { ...options, resetState, json }, show));
  });
