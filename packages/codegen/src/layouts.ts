import type { CNames } from "./c-names.ts";
import type { SourceFile } from "./source-file.ts";

/** `plain`: a folder with a Makefile; `arduino` and `platformio`: a library as those look for it. */
export type Layout = "plain" | "arduino" | "platformio";

/** The same files where such a library has them, with what describes it. */
export function inLayout(
  layout: Layout,
  files: readonly SourceFile[],
  names: CNames,
): readonly SourceFile[] {
  if (layout === "plain") return files;
  const isExample = ({ path }: SourceFile) => path === "main.c";
  const isBuild = ({ path }: SourceFile) => path === "Makefile" || path === "CMakeLists.txt";
  const isDocument = ({ path }: SourceFile) => path.endsWith(".md");
  const library = files
    .filter((file) => !isExample(file) && !isBuild(file) && !isDocument(file))
    .map(({ path, text }) => ({ path: `src/${path}`, text }));
  const example = files.find(isExample)?.text ?? "";
  const header = `smg_${names.model}.h`;
  return [
    ...files.filter(isDocument),
    // "model.h" may be there twice where there are two models; this name is only there once.
    { path: `src/${header}`, text: `#include "model.h"\n` },
    ...library,
    ...(layout === "arduino"
      ? arduinoFiles(names, header, example)
      : platformioFiles(names, example)),
  ];
}

function arduinoFiles({ model }: CNames, header: string, example: string): readonly SourceFile[] {
  const sketch = `${example.replace('#include "model.h"', `#include <${header}>`).replace("int main(void)", "static int run_example(void)")}
void setup() {
  Serial.begin(115200);
}

void loop() {
  Serial.println(run_example() == 0 ? "as expected" : "not as expected");
  delay(1000);
}
`;
  return [
    { path: `examples/${model}/${model}.ino`, text: sketch },
    {
      path: "library.properties",
      text: `name=smg_${model}
version=1.0.0
author=Smidgen
maintainer=Smidgen
sentence=The neural network ${model} in C.
paragraph=Without an interpreter and without malloc.
category=Data Processing
architectures=*
includes=${header}
`,
    },
  ];
}

function platformioFiles({ model }: CNames, example: string): readonly SourceFile[] {
  const description = {
    name: `smg_${model}`,
    version: "1.0.0",
    description: `The neural network ${model} in C`,
    frameworks: "*",
    platforms: "*",
    headers: `smg_${model}.h`,
    build: { srcDir: "src", includeDir: "src" },
  };
  return [
    { path: `examples/${model}/main.c`, text: example },
    { path: "library.json", text: `${JSON.stringify(description, undefined, 2)}\n` },
  ];
}
