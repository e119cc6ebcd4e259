import type { SourceFile } from "@smidgen/codegen";
import type { ModelInterface } from "@smidgen/device";

/** A model that a reader can follow: out[o] = Σ weights[o][i] · in[i], modulo 256, in 16-byte scratch. */
export const stubInterface: ModelInterface = {
  units: ["stub.c"],
  header: "stub.h",
  run: "smg_stub_run",
  inputs: [{ type: "int8_t", elements: 16 }],
  outputs: [{ type: "int8_t", elements: 4 }],
};

const weights = Array.from({ length: 64 }, (_, i) => ((i * 37) % 255) - 127);

export const stubSources: readonly SourceFile[] = [
  {
    path: "stub.h",
    text: `#ifndef STUB_H
#define STUB_H
#include <stdint.h>
void smg_stub_run(const int8_t in[16], int8_t out[4]);
#endif
`,
  },
  {
    path: "stub.c",
    text: `#include "stub.h"
#ifndef SMG_STEP_DONE
#define SMG_STEP_DONE(step) ((void)0)
#endif

static const int8_t weights[64] = {${weights.join(", ")}};
static int8_t scratch[16];

void smg_stub_run(const int8_t in[16], int8_t out[4])
{
  for (int i = 0; i < 16; i++) {
    scratch[i] = in[i];
  }
  SMG_STEP_DONE(0);
  for (int o = 0; o < 4; o++) {
    int32_t sum = 0;
    for (int i = 0; i < 16; i++) {
      sum += (int32_t)weights[16 * o + i] * scratch[i];
    }
    sum &= 255;
    out[o] = (int8_t)(sum < 128 ? sum : sum - 256);
  }
  SMG_STEP_DONE(1);
}
`,
  },
];

export const stubSamples: readonly Uint8Array[] = [0, 1, 2].map((seed) =>
  Uint8Array.from({ length: 16 }, (_, i) => (seed * (i + 3) * 29) & 255),
);

export function stubOutput(sample: Uint8Array): Uint8Array {
  const input = new Int8Array(sample);
  return Uint8Array.from([0, 1, 2, 3], (o) =>
    input.reduce((sum, x, i) => sum + x * (weights[16 * o + i] ?? 0), 0),
  );
}
