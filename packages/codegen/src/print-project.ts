import { elementCount, type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { type CNames, inputFunction } from "./c-names.ts";
import { commentText } from "./comment-text.ts";
import { exampleInput, exampleOutputs } from "./example-run.ts";
import type { ModelTextOptions } from "./print-model.ts";
import { cTypes, printArray } from "./print-record.ts";

/** `main.c`: runs the model on an example and returns 0 if it computes what the interpreter does. */
export function printMain(
  graph: Graph,
  names: CNames,
  options: Pick<ModelTextOptions, "about" | "arena" | "inputs">,
): string {
  const expected = exampleOutputs(graph);
  const array = (id: TensorId, name: string) => {
    const { type, shape } = tensorOf(graph, id);
    return `static ${cTypes[type]} ${name}[${elementCount(shape)}];\n`;
  };
  const areCallers = options.inputs === "caller";
  const memory =
    options.arena === "caller"
      ? `/* Aligned as the widest of these. */\nstatic union {\n  uint8_t bytes[${names.macro}_ARENA_BYTES];\n  int64_t number;\n  double real;\n} arena;\n`
      : "";
  const arena = options.arena === "caller" ? ["arena.bytes"] : [];
  const parameters = [...(areCallers ? names.inputs : []), ...names.outputs, ...arena];
  const inputs = graph.inputs.map((id, i) => {
    const { type, shape } = tensorOf(graph, id);
    const name = names.inputs[i] as string;
    const pointer = areCallers
      ? ""
      : `  ${cTypes[type]} *const ${name} = ${inputFunction(names, i)}(${arena.join("")});\n`;
    return `${pointer}  for (int32_t i = 0; i < ${elementCount(shape)}; i++) { ${name}[i] = (${cTypes[type]})(${exampleInput(type)}); }\n`;
  });
  const reset =
    options.arena === "caller" && graph.tensors.some(({ isVariable }) => isVariable)
      ? `  smg_${names.model}_reset(${arena.join("")});\n`
      : "";
  const checks = names.outputs.map(
    (name, i) =>
      `  for (int32_t i = 0; i < ${expected[i]?.length}; i++) { wrong += ${name}[i] != expected_${i}[i]; }\n`,
  );
  return `/* ${commentText(options.about)} An example, and what comes of it. */
#include "model.h"

${areCallers ? graph.inputs.map((id, i) => array(id, names.inputs[i] as string)).join("") : ""}${graph.outputs.map((id, i) => array(id, names.outputs[i] as string)).join("")}${memory}
${expected.map((values, i) => printArray(`expected_${i}`, values).replace("SMG_ALIGNED ", "")).join("")}
/* 0 if everything is as expected */
int main(void) {
  int32_t wrong = 0;
${reset}${inputs.join("")}  smg_${names.model}_run(${parameters.join(", ")});
${checks.join("")}  return wrong != 0;
}
`;
}

/** For a chip it makes `model.o`: what else a program for it needs depends on the board. */
export function printMakefile({
  compiler,
  flags,
}: {
  readonly compiler: string | undefined;
  readonly flags: readonly string[];
}): string {
  const isForChip = compiler !== undefined;
  const head = isForChip
    ? `# A program for a board also needs its startup code and linker script.
CC = ${compiler}
CFLAGS ?= -O2 ${flags.join(" ")}
`
    : `# make && ./main
CFLAGS ?= -O2
`;
  const program = `main: main.o model.o
\t$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

main.o: main.c model.h
`;
  return `${head}CFLAGS += -std=c99 -Wall -Wextra -Wconversion

${isForChip ? "" : program}model.o: model.c model.h $(wildcard smidgen/*.h)

clean:
\t$(RM) main main.o model.o

.PHONY: clean
`;
}

export function printCMakeLists({ model }: CNames): string {
  return `cmake_minimum_required(VERSION 3.13)
project(${model} C)

# What firmware links: target_link_libraries(firmware PRIVATE smg_${model})
add_library(smg_${model} STATIC model.c)
target_include_directories(smg_${model} PUBLIC \${CMAKE_CURRENT_SOURCE_DIR})
set_target_properties(smg_${model} PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON)

if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR AND NOT CMAKE_CROSSCOMPILING)
  add_executable(main main.c)
  target_link_libraries(main PRIVATE smg_${model})
endif()
`;
}
