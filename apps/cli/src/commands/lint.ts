import path from "node:path";
import { type Finding, lintTflite, type Runtime, runtimeBuilds } from "@smidgen/tflite";
import pc from "picocolors";
import { readBytes } from "../files.ts";
import { counted } from "../text.ts";

export interface LintReport {
  readonly text: string;
  readonly errors: number;
}

/** What is wrong with a file for one runtime, and how to mend it. */
export async function lint(
  file: string,
  { runtime, json }: { readonly runtime: Runtime; readonly json: boolean },
): Promise<LintReport> {
  const name = path.basename(file);
  const findings = lintTflite(await readBytes(file), { for: runtime, name });
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (json) {
    const report = { file: name, for: runtime, build: runtimeBuilds[runtime], findings };
    return { text: `${JSON.stringify(report, undefined, 2)}\n`, errors };
  }
  const others = findings.length - errors;
  const verdict =
    findings.length === 0
      ? pc.green("nothing found")
      : `${counted(errors, "error")}, ${counted(others, "warning or note", "warnings and notes")}`;
  return {
    text: `${findings.map(describe).join("")}${name}: ${verdict} for ${runtimeBuilds[runtime]}\n`,
    errors,
  };
}

const colors = { error: pc.red, warning: pc.yellow, note: pc.cyan } as const;

function describe({ severity, code, place, message, remedy }: Finding): string {
  return `${colors[severity](severity)} ${place}: ${message} ${pc.dim(`(${code})`)}\n  ${remedy}\n`;
}
