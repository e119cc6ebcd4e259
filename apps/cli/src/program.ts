import { readFileSync } from "node:fs";
import { Command, Option } from "@commander-js/extra-typings";
import { anyNumber, anyNumbers, share, wholeNumber } from "./options/numbers.ts";

const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

/** As `coreNames` of @smidgen/device, which `--help` does not load; a test holds them equal. */
const coreTargets = [
  "cortex-m0",
  "cortex-m3",
  "cortex-m4",
  "cortex-m7",
  "cortex-m33",
  "cortex-m55",
  "riscv32",
] as const;
const codeTargets = ["portable", ...coreTargets] as const;

const print = (text: string) => process.stdout.write(text);

/** Each command loads what it needs only when it runs, so that `--help` is there at once. */
export const program = new Command("smidgen")
  .description("Takes small neural networks to microcontrollers.")
  .version(version)
  .showHelpAfterError("(--help says more)")
  // as for all other problems
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, "smidgen: ")),
  });

program
  .command("train")
  .description(
    "train a network on labelled images, and write it as a TensorFlow.js model; Ctrl-C leaves a checkpoint to go on from",
  )
  .option("-d, --dataset <name>", "mnist, fashion-mnist, digits, or a folder with IDX files")
  .option("-a, --architecture <name>", "the network: cnn, mlp, lenet, separable, …")
  .option("-c, --config <file>", "JSON with these and all other settings; the command line wins")
  .option("--epochs <count>", "how often to go through the examples", anyNumber)
  .option("--batch-size <count>", "examples for each step", anyNumber)
  .option("--learning-rate <rate>", "of Adam; with a schedule the highest", anyNumber)
  .option("--seed <seed>", "of everything that is random", anyNumber)
  .option("--backend <name>", "auto, tfjs-node, smidgen-wasm, wasm or cpu")
  .requiredOption("-o, --output <folder>", "where the model goes, and checkpoints while it trains")
  .option("--resume", "go on from the checkpoint in the output folder")
  .option("--json", "events as JSON lines")
  .action(async ({ output, config, resume = false, json = false, ...settings }) => {
    const { train } = await import("./commands/train.ts");
    const controller = new AbortController();
    const stop = () => controller.abort();
    // once: a second Ctrl-C ends the process as ever
    process.once("SIGINT", stop).once("SIGTERM", stop);
    const command = { output, config, resume, json, settings: settings as object };
    const isThrough = await train(command, process.stdout, controller.signal);
    // as a shell has it for programs that SIGINT ended
    if (!isThrough) process.exitCode = 130;
  });

program
  .command("search")
  .description(
    "train a family of small networks within a budget, in parallel, and show which are worth their bytes; the same command again goes on where it was stopped",
  )
  .option("-d, --dataset <name>", "mnist, fashion-mnist, digits, or a folder with IDX files")
  .option("--flash <bytes>", "at most, of weights, tables and code", anyNumber)
  .option("--ram <bytes>", "at most, of arena, output and stack", anyNumber)
  .option("--macs <count>", "multiply-accumulates of an inference, at most", anyNumber)
  .addOption(new Option("--core <core>", "what code is generated for").choices(coreTargets))
  .option("--measured", "code and stack as compiler and emulator have them, not estimated")
  .option("--rounds <epochs...>", "epochs of each round; the better third goes on", anyNumbers)
  .option("--networks <count>", "train at most so many, drawn by the seed", anyNumber)
  .option("-c, --config <file>", "JSON with these and all other settings; the command line wins")
  .option("--seed <seed>", "of everything that is random", anyNumber)
  .option("--threads <count>", "how many to train at a time", anyNumber)
  .requiredOption("-o, --output <folder>", "where results.jsonl and the networks go")
  .option("--json", "events as JSON lines")
  .action(async ({ output, config, json = false, flash, ram, macs, measured, ...settings }) => {
    const { search } = await import("./commands/search.ts");
    const controller = new AbortController();
    const stop = () => controller.abort();
    process.once("SIGINT", stop).once("SIGTERM", stop);
    const budget = {
      ...(flash !== undefined && { flashBytes: flash }),
      ...(ram !== undefined && { ramBytes: ram }),
      ...(macs !== undefined && { multiplyAccumulates: macs }),
    };
    const command = {
      output,
      config,
      json,
      settings: { ...settings, budget, ...(measured === true && { code: "measured" as const }) },
    };
    const isThrough = await search(command, process.stdout, controller.signal);
    if (!isThrough) process.exitCode = 130;
  });

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

program
  .command("run")
  .description(
    "run a model in our interpreter and say what comes out, and what each operator takes",
  )
  .argument("<file>", "a .tflite file")
  .option(
    "--inputs <files...>",
    ".npy files of real numbers, one for each input, or raw elements of all inputs, little-endian, one inference after the other",
  )
  .option("--samples <count>", "random inputs, without --inputs", wholeNumber(1), 1)
  .option("--seed <seed>", "what the random inputs are drawn from", wholeNumber(0), 1)
  .addOption(
    new Option("--rounding <profile>", "double as on chips, single as on phones")
      .choices(["double", "single"] as const)
      .default("double" as const),
  )
  .option("--profile", "time, multiply-accumulates and bytes of each operator")
  .option("--runs <count>", "how often the profile runs all inputs", wholeNumber(1), 100)
  .option("--json", "outputs and profile as JSON")
  .action(async (file, { runs, profile = false, json = false, ...settings }) => {
    const { run } = await import("./commands/run.ts");
    const profileRuns = profile ? runs : 0;
    const { inputs } = settings;
    print(await run(file, { ...settings, inputs, profileRuns, json }));
  });

program
  .command("plan")
  .description("say where each tensor lies in the arena, and how much memory that takes")
  .argument("<file>", "a .tflite file")
  .addOption(
    new Option("--planner <planner>", "greedy as TensorFlow Lite Micro, exact for the least memory")
      .choices(["greedy", "exact"] as const)
      .default("exact" as const),
  )
  .option("--in-place", "operators on single elements write over what they read")
  .option("--overlap", "outputs may reach into what their operator has read")
  .option("--overwrite-inputs", "these two may do so with the model's inputs")
  .option(
    "-o, --output <file>",
    "the model with this plan, for TensorFlow Lite Micro (OfflineMemoryAllocation); signatures are left out",
  )
  .option("--json", "the plan as JSON")
  .action(async (file, options) => {
    const { inPlace = false, overlap = false, overwriteInputs = false, json = false } = options;
    const { planner, output } = options;
    const { plan } = await import("./commands/plan.ts");
    print(await plan(file, { planner, inPlace, overlap, overwriteInputs, output, json }));
  });

program
  .command("verify")
  .description(
    "run a model in our interpreter and in the official runtimes that are installed, and say tensor by tensor what is equal; exit with 1 if an official runtime differs",
  )
  .argument("<file>", "a .tflite file")
  .option(
    "--samples <count>",
    "random inputs, besides one of zeros and one of extremes",
    wholeNumber(0),
    8,
  )
  .option("--seed <seed>", "what the random inputs are drawn from", wholeNumber(0), 1)
  .option("--inputs <file>", "raw inputs instead, little-endian, one inference after the other")
  .option("--json", "the certificate as JSON")
  .action(async (file, { samples, seed, inputs, json = false }) => {
    const { verify } = await import("./commands/verify.ts");
    const { text, holds } = await verify(file, { samples, seed, inputs, json });
    print(text);
    if (!holds) process.exitCode = 1;
  });

program
  .command("quantize")
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
    const { quantize } = await import("./commands/quantize.ts");
    const { stderr } = process;
    const show = (line: string) => {
      if (stderr.isTTY) stderr.write(`\r\u{1b}[2K${line}`);
    };
    print(await quantize(model, { ...options, resetState, json }, show));
  });

program
  .command("compare")
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
    const { compare } = await import("./commands/compare.ts");
    print(await compare(float, quantized, { ...options, json }));
  });

program
  .command("generate")
  .description("write a model as a C99 project that needs no runtime")
  .argument("<file>", "a .tflite file")
  .requiredOption("-o, --output <folder>", "where the project goes")
  .addOption(
    new Option("--target <target>", "what the code is made for")
      .choices(codeTargets)
      .default("portable" as const, "portable, any C99 compiler"),
  )
  .option("--name <name>", "what the functions are called after: smg_NAME_run")
  .option("--labels <labels>", "what each element of the output stands for, with commas between")
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
    const { generate } = await import("./commands/generate.ts");
    print(await generate(file, { ...settings, labels: labels?.split(",") }));
  });

program
  .command("measure")
  .description(
    "build a model for microcontrollers, run it in an emulator, and say what flash, RAM and instructions it takes; exit with 1 if it computes anything else than our interpreter",
  )
  .argument("<file>", "a .tflite file")
  .addOption(
    new Option("--target <targets...>", "cores, or host for this machine")
      .choices([...coreTargets, "host"] as const)
      .default([...coreTargets]),
  )
  .option("--portable", "measure portable C instead of code made for the core")
  .addOption(
    new Option("--optimization <level>", "what the compiler aims at")
      .choices(["s", "2", "3"] as const)
      .default("2" as const),
  )
  .option(
    "--samples <count>",
    "random inputs, besides one of zeros and one of extremes",
    wholeNumber(0, 100_000),
    8,
  )
  .option("--seed <seed>", "what the random inputs are drawn from", wholeNumber(0), 1)
  .option("--inputs <file>", "raw inputs instead, little-endian, one inference after the other")
  .option("--steps", "instructions of each operator")
  .option("--json", "the measurements as JSON")
  .action(async (file, { target, portable = false, optimization, steps = false, ...options }) => {
    const { measure } = await import("./commands/measure.ts");
    const { text, equal } = await measure(file, {
      ...options,
      targets: target,
      portable,
      optimization: `-O${optimization}`,
      steps,
      json: options.json ?? false,
    });
    print(text);
    if (!equal) process.exitCode = 1;
  });

program
  .command("doctor")
  .description("say which optional tools are there, what they are for, and how to get the others")
  .option("--json", "the same as JSON")
  .action(async ({ json = false }) => {
    const { doctor } = await import("./commands/doctor.ts");
    print(await doctor({ json }));
  });
