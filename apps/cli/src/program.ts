import { readFileSync } from "node:fs";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { compareCommand } from "./commands/compare-command.ts";
import { doctorCommand } from "./commands/doctor-command.ts";
import { generateCommand } from "./commands/generate-command.ts";
import { inspectCommand } from "./commands/inspect-command.ts";
import { lintCommand } from "./commands/lint-command.ts";
import { measureCommand } from "./commands/measure-command.ts";
import { planCommand } from "./commands/plan-command.ts";
import { quantizeCommand } from "./commands/quantize-command.ts";
import { repackCommand } from "./commands/repack-command.ts";
import { runCommand } from "./commands/run-command.ts";
import { searchCommand } from "./commands/search-command.ts";
import { trainCommand } from "./commands/train-command.ts";
import { verifyCommand } from "./commands/verify-command.ts";

const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

/** In the order in which help lists them. Each loads what it needs only when it runs, so that `--help` is there at once. */
const commands: readonly CommandUnknownOpts[] = [
  trainCommand,
  searchCommand,
  inspectCommand,
  lintCommand,
  repackCommand,
  runCommand,
  planCommand,
  verifyCommand,
  quantizeCommand,
  compareCommand,
  generateCommand,
  measureCommand,
  doctorCommand,
];

export const program = new Command("smidgen")
  .description("Takes small neural networks to microcontrollers.")
  .addHelpText(
    "after",
    `
From images to C code for a chip:
  smidgen train --dataset mnist -o model
  smidgen quantize model --calibration mnist -o int8.tflite
  smidgen measure int8.tflite --target cortex-m4
  smidgen generate int8.tflite --target cortex-m4 -o firmware/model

smidgen COMMAND --help says more about each. Exit code 1: something you can mend; 70: a mistake of ours.`,
  )
  .version(version)
  .showHelpAfterError("(--help says more)")
  // as for all other problems
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, "smidgen: ")),
  });

for (const command of commands) {
  program.addCommand(command.copyInheritedSettings(program));
}
