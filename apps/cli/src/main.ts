#!/usr/bin/env node
import { exitCodeFor, printError } from "./errors.ts";
import { program } from "./program.ts";

// `smidgen inspect model.tflite | head`: who reads has enough. 141 as a shell has it for programs that SIGPIPE ended.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(141);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  printError(error, (text) => process.stderr.write(text));
  process.exitCode = exitCodeFor(error);
}
