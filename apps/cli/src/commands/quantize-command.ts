import { Command, Option } from "@commander-js/extra-typings";
import { share, wholeNumber } from "../options/numbers.ts";
import { print } from "../process.ts";

export const quantizeCommand = new Command("quantize")
  .summary("make a float model smaller: int8 or other small numbers for its floats")
  .description(
    "make a float model smaller: int8 or other small numbers for its floats; models of Keras and TensorFlow.js become .tflite files",
  )
  .argument(
    "<model>",
    "a .tflite file, a folder or model.json of TensorFlow.js, a .keras or .h5 file",
  )
  .requiredOption("-o, --output <file>", "where the .tflite file goes (required)")
  .option(
    "-s, --scheme <scheme>",
    "float32 (only makes a .tflite file), float16, weights-int8, dynamic-range, int8, int4, int16x8, or a JSON file",
    "int8",
  )
  .addOption(
    new Option(
      "--operator <pattern=scheme...>",
      "another scheme for operators, by kind or name of their output: conv*=int4",
    ).default([] as string[], "none"),
  )
  .addOption(
    new Option(
      "-c, --calibration <data...>",
      "samples: an .npy file for each input, or a dataset (mnist, fashion-mnist, digits), a folder with IDX files, or a file of IDX images; int8, int4 and int16x8 need some, or --ranges",
    ).default([] as string[], "none"),
  )
  .option("--samples <count>", "how many samples to take", wholeNumber(1), 500)
  .option("--seed <seed>", "what samples of a dataset are drawn from", wholeNumber(0), 1)
  .option(
    "-m, --method <method>",
    "how ranges come of samples: min-max, moving-average:0.9, percentile:99.99, mse or entropy",
    "min-max",
  )
  .option("--reset-state", "let recurrent layers forget before each sample")
  .option("--ranges <file>", "ranges of an earlier run instead of calibration")
  .option("--save-ranges <file>", "write the ranges as JSON, to be edited and used again")
  .addOption(
    new Option("--inputs <type>", "type of the inputs; without it, as the scheme computes").choices(
      ["float32", "int8", "uint8", "int16"] as const,
    ),
  )
  .addOption(
    new Option(
      "--outputs <type>",
      "type of the outputs; without it, as the scheme computes",
    ).choices(["float32", "int8", "uint8", "int16"] as const),
  )
  .addOption(
    new Option("--conv <scales>", "weight scales of convolutions; without it per-channel").choices([
      "per-channel",
      "per-tensor",
    ] as const),
  )
  .addOption(
    new Option(
      "--dense <scales>",
      "weight scales of dense layers; without it per-tensor, with int16x8 per-channel",
    ).choices(["per-channel", "per-tensor"] as const),
  )
  .addOption(
    new Option(
      "--converter <converter>",
      "which converter of TensorFlow Lite weights round as, to the last bit; auto: that of the model's time",
    )
      .choices(["auto", "classic", "mlir"] as const)
      .default("auto" as const),
  )
  .addOption(
    new Option(
      "--equalise <balance>",
      "make channels alike in size across layers, judged by their activations or weights",
    ).choices(["activations", "weights"] as const),
  )
  .option("--round-adaptively", "round weights up or down such that sums keep their value")
  .option("--correct-bias", "take the mean of the rounding errors off the biases")
  .option("--auto", "choose a scheme for each layer, within --budget or --tolerance")
  .option("--fix", "find what costs accuracy, and apply what helps")
  .option("--budget <bytes>", "most bytes of the file, for --auto and --fix", wholeNumber(1))
  .option(
    "--tolerance <share>",
    "share of the samples, 0 to 1, that may be classified otherwise than before, for --auto",
    share,
  )
  .option(
    "--candidates <schemes>",
    "schemes that --auto chooses among, with commas between, the smallest first",
    "int4,int8",
  )
  .option("--json", "print what became of it as JSON")
  .action(async (model, { resetState = false, json = false, ...options }) => {
    const { quantize } = await import("./quantize.ts");
    const { stderr } = process;
    const show = (line: string) => {
      if (stderr.isTTY) stderr.write(`\r\u{1b}[2K${line}`);
    };
    print(await quantize(model, { ...options, resetState, json }, show));
  });
