import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { serve, stallAt, startMirror } from "./mirror-server.ts";
import { tiny } from "./tiny-catalog.ts";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "smidgen-processes-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const sound = [...tiny.plain.keys()].map((name) => `${name}.gz`).toSorted();
const slow = { timeout: 300_000 };

test("a process killed in the middle leaves no result, and the next goes on", slow, async () => {
  await using mirror = await startMirror(tiny.served, stallAt(1000), serve);
  const killed = start(mirror.address);
  const ended = once(killed, "exit");
  for await (const output of killed.stdout!.setEncoding("utf8")) {
    if (String(output).includes("progress 1000")) killed.kill("SIGKILL");
  }
  await ended;
  expect(readdirSync(join(scratch, "mnist"))).toEqual([expect.stringMatching(/\.part$/)]);

  expect(await finish(start(mirror.address))).toMatch(/download\n$/);
  expect(mirror.requests.slice(0, 2)).toEqual([
    "/train-images-idx3-ubyte.gz whole",
    "/train-images-idx3-ubyte.gz bytes=1000-",
  ]);
  expect(readdirSync(join(scratch, "mnist")).toSorted()).toEqual(sound);
});

test("processes that load at the same time do each other no harm", slow, async () => {
  await using mirror = await startMirror(tiny.served, serve);
  const outputs = await Promise.all(Array.from({ length: 3 }, () => finish(start(mirror.address))));
  for (const output of outputs) expect(output).toMatch(/(download|cache)\n$/);
  expect(readdirSync(join(scratch, "mnist")).toSorted()).toEqual(sound);
  expect(await finish(start(mirror.address))).toBe("cache\n");
});

function start(mirror: string): ChildProcess {
  const program = join(import.meta.dirname, "load-once.ts");
  const tsx = ["--conditions=@smidgen/source", "--import=tsx"];
  return spawn(process.execPath, [...tsx, program, mirror, scratch], {
    cwd: join(import.meta.dirname, ".."),
    env: { ...process.env, SMIDGEN_DATA_DIR: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** What the process printed. */
async function finish(child: ChildProcess): Promise<string> {
  const [output] = await Promise.all([text(child.stdout!), once(child, "close")]);
  expect(child.exitCode).toBe(0);
  return output;
}
