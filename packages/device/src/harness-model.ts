import { elementBytes, type ModelInterface, type ModelOperand } from "./model-interface.ts";

/**
 * The part of the harness that knows the model: buffers for its inputs and outputs, and the call.
 *
 * `skewed`: operands of one-byte elements lie at odd addresses, which no caller must avoid.
 */
export function harnessModel(
  { header, run, reset, inputs, outputs, arenaBytes }: ModelInterface,
  { skewed = false }: { readonly skewed?: boolean } = {},
): string {
  const buffers = [
    ...inputs.map((operand, i) => ({ ...buffer(`input${i}`, operand, skewed), role: "inputs" })),
    ...outputs.map((operand, i) => ({ ...buffer(`output${i}`, operand, skewed), role: "outputs" })),
  ];
  const operands = buffers.map(({ pointer }) => pointer);
  return `#include "harness.h"
#include "${header}"

${buffers.map(({ declaration }) => declaration).join("\n")}
${arenaBytes === undefined ? "" : `uint8_t harness_arena[${Math.max(1, arenaBytes)}] __attribute__((aligned(16)));\n`}
${table("inputs")}
${table("outputs")}
void harness_prepare(void)
{${reset === undefined ? "" : `\n  ${reset}();`}
}

void harness_infer(void)
{
  ${run}(${[...operands, ...(arenaBytes === undefined ? [] : ["harness_arena"])].join(", ")});
}

void harness_empty(void)
{
  harness_nothing();
}
`;

  function table(role: string): string {
    const rows = buffers.filter((row) => row.role === role);
    return `const struct harness_buffer harness_${role}[] = {
${rows.map(({ pointer, bytes }) => `  {${pointer}, ${bytes}u},`).join("\n")}
};
const uint32_t harness_${role.slice(0, -1)}_count = ${rows.length}u;
`;
  }
}

function buffer(name: string, { type, elements }: ModelOperand, skewed: boolean) {
  const offset = skewed && elementBytes[type] === 1 ? 1 : 0;
  return {
    declaration: `static ${type} ${name}[${elements + offset}] __attribute__((aligned(8)));`,
    pointer: offset === 0 ? name : `&${name}[${offset}]`,
    bytes: elements * elementBytes[type],
  };
}
