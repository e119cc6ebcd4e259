import type { CNames } from "./c-names.ts";
import type { Layout } from "./layouts.ts";

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
    readonly layout: Layout;
    readonly measurements: readonly CMeasurement[];
  },
): string {
  const { target, constantBytes, arenaBytes, arena, layout, measurements } = sizes;
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
#include ${layout === "plain" ? '"model.h"' : `<smg_${names.model}.h>`}

smg_${names.model}_run(${parameters.join(", ")});
\`\`\`

${installation[layout]} \`model.h\` says what the arrays hold: a stored integer stands for
\`scale * (stored - zero_point)\`. Inputs and outputs must not overlap. The functions are not reentrant${arena === "caller" ? " with the same arena" : ""}.
${example(layout, names.model)}

| memory | |
| --- | --- |
| flash: weights and tables | ${grouped(constantBytes)} bytes |
| RAM: ${arena === "caller" ? "the arena that is given" : "static arena"} | ${grouped(arenaBytes)} bytes |

${measured}`;
}

const installation: Readonly<Record<Layout, string>> = {
  plain: "Compile `model.c`; the headers in `smidgen/` lie beside it.",
  arduino: "Put this folder among the libraries of your sketchbook (`libraries/`).",
  platformio: "Put this folder into `lib/` of your project.",
};

function example(layout: Layout, model: string): string {
  if (layout === "arduino") {
    return `\`examples/${model}/${model}.ino\` runs an example every second and prints whether it comes out as it should.`;
  }
  const path = layout === "plain" ? "main.c" : `examples/${model}/main.c`;
  return `\`${path}\` runs an example and returns 0 if it comes out as it should.`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
