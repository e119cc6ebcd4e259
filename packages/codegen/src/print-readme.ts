import type { CNames } from "./c-names.ts";

/** What a compiler made of generated code, and a processor. */
export interface CMeasurement {
  /** `Cortex-M4, GCC 12.2.1 -O2` */
  readonly on: string;
  readonly codeBytes: number;
  readonly constantBytes: number;
  /** Arena and other static memory. */
  readonly staticBytes: number;
  readonly stackBytes: number;
  readonly instructions: number;
}

/** `README.md` of generated code: how to use it, and what it takes. */
export function printReadme(
  names: CNames,
  sizes: {
    readonly target: string;
    readonly constantBytes: number;
    readonly arenaBytes: number;
    readonly arena: "static" | "caller";
    readonly measurements: readonly CMeasurement[];
  },
): string {
  const { target, constantBytes, arenaBytes, arena, measurements } = sizes;
  const parameters = [...names.inputs, ...names.outputs, ...(arena === "caller" ? ["arena"] : [])];
  const rows = measurements.map(
    ({ on, codeBytes, constantBytes: constants, staticBytes, stackBytes, instructions }) =>
      `| ${on} | ${grouped(codeBytes + constants)} bytes | ${grouped(staticBytes + stackBytes)} bytes, ${grouped(stackBytes)} of them stack | ${grouped(instructions)} |\n`,
  );
  const measured =
    rows.length === 0
      ? "Code takes a few kilobytes of flash more, and calls about 200 bytes of stack; `smidgen measure` says exactly how much for a processor and compiler.\n"
      : `| measured on | flash | RAM | instructions of an inference |\n| --- | --- | --- | --- |\n${rows.join("")}`;
  return `# ${names.model}

The model in C99, for ${target === "portable" ? "any processor" : target}.

\`\`\`c
#include "model.h"

smg_${names.model}_run(${parameters.join(", ")});
\`\`\`

Compile \`model.c\`; the headers in \`smidgen/\` lie beside it. \`model.h\` says what the arrays hold: a stored integer stands for
\`scale * (stored - zero_point)\`. Inputs and outputs must not overlap. The functions are not reentrant${arena === "caller" ? " with the same arena" : ""}.
\`main.c\` runs an example and returns 0 if it comes out as it should.

| memory | |
| --- | --- |
| flash: weights and tables | ${grouped(constantBytes)} bytes |
| RAM: ${arena === "caller" ? "the arena that is given" : "static arena"} | ${grouped(arenaBytes)} bytes |

${measured}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
