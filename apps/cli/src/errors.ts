import { UserError } from "@smidgen/errors";

/** 1: something the user can mend. 70 (EX_SOFTWARE of sysexits.h): a mistake of ours. */
export function exitCodeFor(error: unknown): number {
  return error instanceof UserError ? 1 : 70;
}

/** A user's problem without a stack, ours with one. */
export function printError(error: unknown, print: (text: string) => void): void {
  if (error instanceof UserError) {
    print(`smidgen: ${error.message}\n`);
    if (error.hint !== undefined) print(`  ${error.hint}\n`);
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(`smidgen: this is a mistake of ours, please report it:\n${text}\n`);
}
