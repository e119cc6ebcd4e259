import { readFileSync } from "node:fs";
import path from "node:path/posix";

/** A C file of this package, as it is copied beside generated code. */
export interface KernelHeader {
  /** `fixed-point.h`: unique among them, so they may lie in one folder. */
  readonly name: string;
  /** Includes the others by name alone. */
  readonly text: string;
}

/**
 * These headers and all they include, each after those it includes.
 *
 * headers: paths in the folder of kernels, as `CTwin.header`.
 * @throws Error if there is no such file
 */
export function kernelHeaders(headers: Iterable<string>): readonly KernelHeader[] {
  const found = new Map<string, KernelHeader>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    // The package ships `src`, where the headers are, beside `dist`.
    const text = readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8");
    for (const [, included] of text.matchAll(localInclude)) {
      visit(path.join(path.dirname(file), included as string));
    }
    const flat = text.replaceAll(
      localInclude,
      (_, included: string) => `#include "${path.basename(included)}"`,
    );
    found.set(file, { name: path.basename(file), text: flat });
  };
  for (const header of headers) visit(header);
  return [...found.values()];
}

const localInclude = /^#include "([^"]+)"/gm;
