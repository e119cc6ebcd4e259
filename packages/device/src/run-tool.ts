import { spawn } from "node:child_process";
import { UserError } from "@smidgen/errors";

export interface RunOptions {
  /** Where it runs. */
  readonly folder?: string;
  readonly timeoutSeconds: number;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Outcome {
  /** What it exited with; −1 if a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts a program without a shell and waits for its end. Arguments are handed over as they are.
 *
 * @throws UserError `missing-tool` if there is no such program, `tool-timeout` if it does not end in time.
 */
export function runTool(
  command: string,
  args: readonly string[],
  { folder, timeoutSeconds, env }: RunOptions,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(folder !== undefined && { cwd: folder }),
      env: { ...process.env, ...env },
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, timeoutSeconds * 1000);
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.once("error", (cause) => {
      clearTimeout(timer);
      reject(
        new UserError("missing-tool", `${command} cannot be started: ${cause.message}`, { cause }),
      );
    });
    child.once("close", (status) => {
      clearTimeout(timer);
      if (isLate) {
        reject(
          new UserError("tool-timeout", `${command} was stopped after ${timeoutSeconds} s`, {
            hint: "Measure fewer inputs, or allow it more time.",
          }),
        );
        return;
      }
      resolve({ status: status ?? -1, stdout: stdout(), stderr: stderr() });
    });
  });
}

/** What a person reads of it is its beginning: more than this is not kept. */
const maximumBytes = 1 << 20;

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    if (bytes < maximumBytes) chunks.push(chunk);
    bytes += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
