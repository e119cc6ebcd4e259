#!/usr/bin/env node
import { exitCodeFor, printError } from "./errors.ts";
import { program } from "./program.ts";

try {
  await program.parseAsync();
} catch (error) {
  printError(error, (text) => process.stderr.write(text));
  process.exitCode = exitCodeFor(error);
}
