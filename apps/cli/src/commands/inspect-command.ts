import { Command } from "@commander-js/extra-typings";
import { print } from "../process.ts";

export const inspectCommand = new Command("inspect")
  .description("say what is in a .tflite file: operators, tensors, and what its bytes are for")
  .argument("<file>", "any .tflite file of schema 3, with any operators")
  .option("--json", "print all of it as JSON")
  .action(async (file, { json = false }) => {
    const { inspect } = await import("./inspect.ts");
    print(await inspect(file, { json }));
  });
