import path from "node:path";
import { UserError } from "@smidgen/errors";
import { runTool } from "./run-tool.ts";
import { cores, type CoreName } from "./targets.ts";
import { systemOf, type ToolDescription, type ToolName, toolNames, tools } from "./tools.ts";

/** The tools of this machine, by name. */
export type Toolchains = Readonly<Record<ToolName, ToolStatus>>;

export interface ToolStatus extends ToolDescription {
  readonly name: ToolName;
  /** "12.2.1"; undefined if it cannot be used. */
  readonly version: string | undefined;
  /** Why not: a clause without a full stop. */
  readonly problem: string | undefined;
  /** More arguments for every call: which C library a compiler brings. */
  readonly arguments: readonly string[];
}

/** Starts every tool we know with `--version`, and looks whether the cross compilers have a C library. */
export async function findToolchains(): Promise<Toolchains> {
  const found = await Promise.all(toolNames.map(findTool));
  return Object.fromEntries(found.map((status) => [status.name, status])) as unknown as Toolchains;
}

/** What measuring on a core needs and this machine lacks. */
export function missingFor(core: CoreName, toolchains: Toolchains): readonly ToolStatus[] {
  const { compiler, emulator } = cores[core];
  return [compiler, emulator]
    .map((name) => toolchains[name])
    .filter(({ version }) => version === undefined);
}

/** @throws UserError `missing-tool`, naming every tool that is missing and how to install it here. */
export function requireTools(
  missing: readonly ToolStatus[],
  purpose: string,
  platform = process.platform,
): void {
  if (missing.length === 0) return;
  const problems = missing.map(({ problem }) => problem).join("; ");
  throw new UserError("missing-tool", `${purpose} cannot be done: ${problems}`, {
    hint: installHint(missing, platform),
  });
}

/** "Install what is missing: apt-get install …" for the system at hand. */
export function installHint(
  missing: readonly ToolDescription[],
  platform = process.platform,
): string {
  const commands = new Set(missing.map(({ install }) => install[systemOf(platform)]));
  return `Install what is missing: ${[...commands].join("; ")}`;
}

async function findTool(name: ToolName): Promise<ToolStatus> {
  const status = { ...tools[name], name, arguments: [] as readonly string[] };
  try {
    const { status: exit, stdout } = await runTool(name, ["--version"], limits);
    const version = versionIn(stdout);
    if (exit !== 0 || version === undefined) {
      return { ...status, version: undefined, problem: `${name} does not tell its version` };
    }
    if (!(name in libraries)) return { ...status, version, problem: undefined };
    return { ...status, version, problem: undefined, ...(await findLibrary(name)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...status, version: undefined, problem: `${name} was not found` };
  }
}

/** "gcc (Debian 12.2.0-14) 12.2.0": what stands in parentheses is the version of a package. */
function versionIn(text: string): string | undefined {
  const [line = ""] = text.split("\n");
  return /\b\d+\.\d+(\.\d+)?/.exec(line.replaceAll(/\([^)]*\)/g, ""))?.[0];
}

const limits = { timeoutSeconds: 20 };

/** Files that show a C library, and the arguments that choose it. */
const libraries: Partial<
  Record<ToolName, readonly (readonly [file: string, argument: string[]])[]>
> = {
  "arm-none-eabi-gcc": [["libc.a", []]],
  "riscv64-unknown-elf-gcc": [
    ["picolibc.specs", ["--specs=picolibc.specs"]],
    ["libc.a", []],
  ],
};

/** Debian packs compilers and their C libraries apart. */
async function findLibrary(name: ToolName): Promise<Partial<ToolStatus>> {
  for (const [file, library] of libraries[name] ?? []) {
    const { stdout } = await runTool(name, [`-print-file-name=${file}`], limits);
    // It answers with a path if there is such a file, and else with the bare name.
    if (path.isAbsolute(stdout.trim())) return { arguments: library };
  }
  return { version: undefined, problem: `${name} has no C library beside it` };
}
