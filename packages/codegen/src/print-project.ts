import { elementCount, type Graph, tensorOf } from "@smidgen/graph";
import type { CNames } from "./c-names.ts";
import { commentText } from "./comment-text.ts";
import { cTypes } from "./print-record.ts";

/** `main.c`: runs the model once; replace the input with a measurement. */
export function printMain(
  graph: Graph,
  names: CNames,
  { about, arena }: { readonly about: string; readonly arena: "static" | "caller" },
): string {
  const array = (id: (typeof graph.inputs)[number], name: string) => {
    const { type, shape } = tensorOf(graph, id);
    return `static ${cTypes[type]} ${name}[${elementCount(shape)}];\n`;
  };
  const memory =
    arena === "caller" ? `static uint8_t arena[${names.macro}_ARENA_BYTES + 1];\n` : "";
  const parameters = [...names.inputs, ...names.outputs, ...(arena === "caller" ? ["arena"] : [])];
  return `/* ${commentText(about)} */
#include "model.h"

${graph.inputs.map((id, i) => array(id, names.inputs[i] as string)).join("")}${graph.outputs.map((id, i) => array(id, names.outputs[i] as string)).join("")}${memory}
int main(void) {
  smg_${names.model}_run(${parameters.join(", ")});
  return 0;
}
`;
}

export function printMakefile(flags: readonly string[]): string {
  const target = flags.length === 0 ? "" : ` ${flags.join(" ")}`;
  return `# make, or for a chip: make CC=arm-none-eabi-gcc model.o
CFLAGS ?= -O2${target}
CFLAGS += -std=c99 -Wall -Wextra -Wconversion

main: main.o model.o
\t$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

main.o: main.c model.h
model.o: model.c model.h $(wildcard smidgen/*.h)

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

if(PROJECT_IS_TOP_LEVEL OR CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  add_executable(main main.c)
  target_link_libraries(main PRIVATE smg_${model})
endif()
`;
}
