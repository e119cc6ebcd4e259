import { formatCount, formatGibibytes } from "../format.ts";
import type { Section } from "../report-document.ts";
import type { RunRecord } from "../run-record.ts";
import { factTable } from "./cells.ts";

export function environmentSection({ environment }: RunRecord): Section {
  const { cpu, memory } = environment;
  const limit =
    memory.limitBytes === null
      ? ""
      : `, of which this process may use ${formatGibibytes(memory.limitBytes)}`;
  return {
    id: "environment",
    title: "Environment",
    blocks: [
      factTable("The machine that measured", [
        [
          "Operating system",
          environment.os + (environment.wsl ? " (Windows Subsystem for Linux)" : ""),
        ],
        ["Kernel", environment.kernel],
        ["CPU", `${cpu.model ?? "unknown model"}, ${environment.architecture}`],
        [
          "Logical processors",
          `${formatCount(cpu.count)}, available here ${formatCount(cpu.available)}`,
        ],
        ["Memory", formatGibibytes(memory.totalBytes) + limit],
        ["Node.js", environment.node],
        ["Tensor backend", environment.backend],
        ["Container", environment.container ?? "none detected"],
        ["Cloud", environment.cloud ?? "none detected"],
        ["Continuous integration", environment.ci ?? "none detected"],
      ]),
    ],
  };
}
