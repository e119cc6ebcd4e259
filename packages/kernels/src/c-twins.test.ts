import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { kernelHeaders } from "@smidgen/kernels";
import { cTwins } from "./c-twins.ts";

const folder = import.meta.dirname;
const headers = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".h"),
);
const rows = Object.values(cTwins).flat();

test("headers may lie in one folder: every name is there once", () => {
  const names = headers.map((file) => path.basename(file));
  expect(names).toHaveLength(new Set(names).size);
});

test("every header is used", () => {
  const used = new Set(kernelHeaders(rows.map(({ header }) => header)).map(({ name }) => name));
  expect(headers.map((file) => path.basename(file)).filter((name) => !used.has(name))).toEqual([]);
});

test("a header comes behind those it includes, which it finds beside it", () => {
  const seen = new Set<string>();
  for (const { name, text } of kernelHeaders(rows.map(({ header }) => header))) {
    const included = Array.from(text.matchAll(/^#include "(.*)"/gm), ([, file]) => file);
    expect(included.filter((file) => !seen.has(file as string))).toEqual([]);
    seen.add(name);
  }
});

test("every kernel can be computed without special instructions, after all faster ways", () => {
  for (const [kernel, ways] of Object.entries(cTwins)) {
    const needs = ways.map((row) => row.needs);
    expect([kernel, needs.at(-1)]).toEqual([kernel, undefined]);
    const firstPortable = needs.indexOf(undefined);
    expect(needs.slice(firstPortable).every((need) => need === undefined)).toBe(true);
  }
});

describe.each(headers)("%s", (file) => {
  const text = readFileSync(path.join(folder, file), "utf8");

  test("uses nothing of the library but integers, moving bytes, and intrinsics", () => {
    const included = Array.from(text.matchAll(/^#include <(.*)>/gm), ([, name]) => name);
    const allowed = ["stdint.h", "string.h", "arm_acle.h", "arm_mve.h"];
    expect(included.filter((name) => !allowed.includes(name as string))).toEqual([]);
  });

  test("can be included twice: it has a guard, or undefines what it was made for", () => {
    const macros = new Set(
      Array.from(text.matchAll(/\bSMG_(?:KERNEL|ELEMENT|INPUT|OUTPUT|STATE)\b/g), String),
    );
    const hasGuard = /^#ifndef SMG_\w+_H$/m.test(text);
    const isMade = macros.has("SMG_KERNEL");
    const endsMade =
      /^#undef SMG_KERNEL$/m.test(text) || /^#include ".*(?:broadcast|pool-2d)\.h"$/m.test(text);
    expect(hasGuard !== (isMade && endsMade)).toBe(true);
  });
});
