import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import path from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = path.resolve(import.meta.dirname, "../src/main.ts");
const node = ["--conditions=@smidgen/source", "--import=tsx", main];

/** Starts the command in a process of its own, for who wants to meddle with it. */
export function spawnSmidgen(
  ...args: readonly string[]
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [...node, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs the command in a process of its own. */
export function smidgen(...args: readonly string[]): Promise<Outcome> {
  return smidgenWith({}, ...args);
}

/** With other environment variables: `{ PATH: "/nonexistent" }` is a machine without tools. */
export async function smidgenWith(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome> {
  const options = { env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...env } };
  try {
    return {
      code: 0,
      ...(await promisify(execFile)(process.execPath, [...node, ...args], options)),
    };
  } catch (error) {
    return error as Outcome;
  }
}
