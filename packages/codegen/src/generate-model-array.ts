import { UserError } from "@smidgen/errors";
import { isCIdentifier } from "./c-identifier.ts";
import type { SourceFile } from "./source-file.ts";

export interface ModelArrayOptions {
  /** A C identifier; also the name of the two files. */
  readonly name: string;
  /** A line about the model for the head of both files. */
  readonly description?: string;
}

const bytesPerLine = 16;

/**
 * A `.tflite` file as a C array, for an interpreter on the chip that reads the file from flash.
 *
 * `NAME.h` declares `const unsigned char NAME[]` and `NAME_BYTES`, `NAME.c` defines them, aligned to 16 bytes
 * as tensor data in the file is. C99 and later, C++11 and later; compilers that know neither C11 nor C++11
 * alignment get GNU attributes.
 *
 * @throws UserError `invalid-name`, `empty-model`
 */
export function generateModelArray(
  model: Uint8Array,
  { name, description }: ModelArrayOptions,
): readonly SourceFile[] {
  if (!isCIdentifier(name)) {
    throw new UserError("invalid-name", `"${name}" cannot be the name of a C array`, {
      hint: "Use letters, digits and underscores, beginning with a letter, and no word that C reserves.",
    });
  }
  if (model.length === 0) throw new UserError("empty-model", `the model "${name}" has no bytes`);
  const about = description === undefined ? "" : `/* ${commentText(description)} */\n`;
  const macro = name.toUpperCase();
  const header = `${about}#ifndef SMIDGEN_${macro}_H
#define SMIDGEN_${macro}_H

#ifdef __cplusplus
extern "C" {
#endif

#define ${macro}_BYTES ${model.length}u

/* A TensorFlow Lite model, ${model.length} bytes, aligned to 16. */
extern const unsigned char ${name}[${macro}_BYTES];

#ifdef __cplusplus
}
#endif

#endif
`;
  const source = `${about}#include "${name}.h"

#if defined(__cplusplus) && __cplusplus >= 201103L
#define SMIDGEN_ALIGN_16 alignas(16)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SMIDGEN_ALIGN_16 _Alignas(16)
#elif defined(__GNUC__)
#define SMIDGEN_ALIGN_16 __attribute__((aligned(16)))
#else
#error "This compiler needs its own way to align an array to 16 bytes"
#endif

SMIDGEN_ALIGN_16 const unsigned char ${name}[${macro}_BYTES] = {
${arrayLines(model)}};
`;
  return [
    { path: `${name}.h`, text: header },
    { path: `${name}.c`, text: source },
  ];
}

/** A comment cannot hold its own end, nor a backslash that joins lines or makes a trigraph-like surprise. */
function commentText(text: string): string {
  return text.replaceAll("*/", "* /").replaceAll(/[\r\n\\]+/g, " ");
}

function arrayLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += bytesPerLine) {
    const values = Array.from(
      bytes.subarray(start, start + bytesPerLine),
      (byte) => `0x${byte.toString(16).padStart(2, "0")}`,
    );
    lines.push(`  ${values.join(", ")},\n`);
  }
  return lines.join("");
}
