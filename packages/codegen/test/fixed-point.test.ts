import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { announceSkipped } from "@smidgen/testing";
import { hostCompilers } from "./run-on-host.ts";

if (hostCompilers.length === 0)
  announceSkipped("fixed-point arithmetic in C", "Install gcc or clang.");

/** Against the definitions, in 64 bits and without shifts of negative numbers. */
const program = `#include <stdio.h>
#include "fixed-point.h"

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

static int32_t high_multiply(int32_t a, int32_t b) {
  return (int32_t)floor_div((int64_t)a * b + 1073741824, 2147483648LL);
}

static int32_t shift_right(int32_t x, int32_t exponent) {
  const int64_t one = (int64_t)1 << exponent;
  return (int32_t)(x < 0 ? -((-(int64_t)x + one / 2) / one) : ((int64_t)x + one / 2) / one);
}

static int32_t edge(uint32_t n) {
  const uint32_t power = (uint32_t)1 << (n / 8 % 32);
  const uint32_t near[8] = { power, power - 1, power + 1, ~power, 0u - power, n * 2654435761u, power / 3, ~(n * 40503u) };
  return (int32_t)near[n % 8];
}

int main(void) {
  for (uint32_t i = 0; i < 512; i++) {
    for (uint32_t j = 0; j < 512; j++) {
      const int32_t a = edge(i);
      const int32_t b = edge(j) & INT32_MAX;
      if (smg_high_multiply(a, b) != high_multiply(a, b)) { return printf("%d x %d\\n", a, b); }
      if (smg_high_multiply(b, a) != high_multiply(b, a)) { return printf("%d x %d\\n", b, a); }
      const int32_t exponent = (int32_t)(j % 32);
      if (a != INT32_MIN && (a != INT32_MAX || exponent > 1) && smg_shift_right(a, exponent) != shift_right(a, exponent)) { return printf("%d >> %d\\n", a, exponent); }
      const int32_t scaled = shift_right(high_multiply(a, b), exponent);
      if (smg_scale(a, b, -exponent) != scaled) { return printf("%d x %d >> %d\\n", a, b, exponent); }
      const int32_t shifted = (int32_t)((uint32_t)a << (exponent % 31));
      if (smg_scale(a, b, exponent % 31) != high_multiply(shifted, b)) { return printf("%d x %d << %d\\n", a, b, exponent); }
    }
  }
  return 0;
}
`;

test.each(
  hostCompilers.flatMap((compiler) => [0, 1].map((longMultiply) => ({ compiler, longMultiply }))),
)(
  "$compiler, products of 64 bits: $longMultiply; integers at the edges are scaled as defined",
  ({ compiler, longMultiply }) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "smidgen-fixed-point-"));
    try {
      writeFileSync(path.join(folder, "main.c"), program);
      const headers = path.join(import.meta.dirname, "../../kernels/src");
      const flags = ["-std=c99", "-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all"];
      const given = ["-I", headers, `-DSMG_LONG_MULTIPLY=${longMultiply}`, "main.c", "-o", "main"];
      execFileSync(compiler, [...flags, ...given], { cwd: folder });
      expect(execFileSync(path.join(folder, "main"), { encoding: "utf8" })).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  30_000,
);
