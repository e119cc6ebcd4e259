import { existsSync } from "node:fs";
import path from "node:path";

const repository = path.resolve(import.meta.dirname, "../../..");

/**
 * A folder of test material that does not belong in the repository, or undefined where it is absent.
 *
 * An environment variable names it; otherwise it lies in `shared/` beside the checkout.
 */
export function sharedFolder(variable: string, name: string): string | undefined {
  const named = process.env[variable];
  const folder = named ? path.resolve(repository, named) : path.join(repository, "../shared", name);
  return existsSync(folder) ? folder : undefined;
}

/** Says on the terminal what a run could not check, so that a skipped test is seen. */
export function announceSkipped(what: string, remedy: string): void {
  process.stderr.write(`\nNOT TESTED: ${what}. ${remedy}\n`);
}
