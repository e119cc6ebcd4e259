// Installs the workspace with the pnpm on the PATH. On a terminal pnpm shows its own progress; elsewhere one
// line is enough, and the whole log if it fails. Optional packages that cannot build here do not fail it.
import { spawnSync } from "node:child_process";

const install = "pnpm install --frozen-lockfile";
const isTerminal = process.stdout.isTTY;
if (!isTerminal) process.stdout.write(`${install} (the first time takes a minute)\n`);

const { status, signal, stdout, stderr } = spawnSync(install, {
  shell: true,
  stdio: isTerminal ? "inherit" : ["ignore", "pipe", "pipe"],
  encoding: "utf8",
  maxBuffer: 2 ** 28,
});
if (status !== 0) {
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}\n${install} failed (${signal ?? status})\n`);
  process.exit(status ?? 1);
}
