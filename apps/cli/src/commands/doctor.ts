import { findToolchains, systemOf, type ToolStatus } from "@smidgen/device";
import pc from "picocolors";
import { table } from "../text.ts";

/** Which optional tools this machine has, what they are for, and how to get those that are missing. */
export async function doctor({ json }: { readonly json: boolean }): Promise<string> {
  const tools = Object.values(await findToolchains());
  const node = process.versions.node;
  if (json) {
    const list = tools.map(({ name, version, problem, purpose, install }) => {
      const found = version !== undefined;
      return { name, found, version, problem, purpose, install };
    });
    return `${JSON.stringify({ node, tools: list }, undefined, 2)}\n`;
  }
  const rows = tools.map((tool) => [
    tool.name,
    tool.version === undefined ? pc.yellow("missing") : pc.green(tool.version),
    tool.purpose,
  ]);
  const missing = tools.filter(({ version }) => version === undefined);
  return `Node.js ${node}. Everything else is optional:\n\n${table(["tool", "version", "what it is for"], rows, [])}\n${missing.map(remedy).join("")}`;
}

function remedy({ problem, install }: ToolStatus): string {
  return `\n${problem}:\n  ${install[systemOf(process.platform)]}\n`;
}
