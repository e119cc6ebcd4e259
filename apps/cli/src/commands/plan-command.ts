import { Command, Option } from "@commander-js/extra-typings";
import { print } from "../process.ts";

export const planCommand = new Command("plan")
  .description("say where each tensor lies in the arena, and how much memory that takes")
  .argument("<file>", "a .tflite file")
  .addOption(
    new Option(
      "--planner <planner>",
      "greedy: as TensorFlow Lite Micro does it; exact: the least memory",
    )
      .choices(["greedy", "exact"] as const)
      .default("exact" as const),
  )
  .option("--in-place", "let operators on single elements write over what they read")
  .option("--overlap", "let outputs reach into what their operator has read")
  .option("--overwrite-inputs", "let --in-place and --overlap write over the model's inputs too")
  .option(
    "-o, --output <file>",
    "write the model with this plan, for TensorFlow Lite Micro (OfflineMemoryAllocation); signatures are left out",
  )
  .option("--json", "print the plan as JSON")
  .action(async (file, options) => {
    const { inPlace = false, overlap = false, overwriteInputs = false, json = false } = options;
    const { planner, output } = options;
    const { plan } = await import("./plan.ts");
    print(await plan(file, { planner, inPlace, overlap, overwriteInputs, output, json }));
  });
