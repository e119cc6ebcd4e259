import { type CoreName, measure, type ModelInterface } from "@smidgen/device";
import { describe, expect, test } from "vitest";
import { availableCores, toolchains } from "./available.ts";
import { stubInterface, stubOutput, stubSamples, stubSources } from "./stub-model.ts";

const model = stubInterface;
const common = { toolchains, model, optimization: "-O2", samples: stubSamples } as const;

/** A model whose only function has this body. */
function bodied(body: string, before = "") {
  const text = `#include "stub.h"\n${before}\nvoid smg_stub_run(const int8_t in[16], int8_t out[4])\n{\n(void)in;\n${body}\n}\n`;
  return stubSources.map((source) => (source.path === "stub.c" ? { ...source, text } : source));
}

const arm: readonly CoreName[] = availableCores.filter((core) => core !== "riscv32");
const some = arm.filter((core) => core === "cortex-m0" || core === "cortex-m55");

describe.each(availableCores)("%s", (core) => {
  test("computes what the C says, without a warning, and tells where it ran", async () => {
    const measured = await measure(core, stubSources, { ...common, steps: true, skewed: true });
    expect(measured.outputs).toEqual(stubSamples.map(stubOutput));
    expect(measured.warnings).toBe("");
    expect(measured.machine).toMatch(/^QEMU \d+\.\d+\.\d+, \w/);
    expect(measured.build).toContain("-O2");
    expect(measured.flash.constants).toBe(64);
    expect(measured.flash.weights).toBe(64);
    expect(measured.flash.constantSymbols).toEqual([{ name: "weights", bytes: 64 }]);
    expect(measured.ram.statics).toBe(16);
    const steps = measured.stepInstructions ?? [];
    expect(steps.map(({ operator }) => operator)).toEqual([0, 1]);
    const sum = steps.reduce((total, { instructions }) => total + instructions, 0);
    expect(Math.abs(sum - (measured.instructions[0] ?? 0))).toBeLessThan(60);
  });

  test("counts instructions to the last one, and the same every time", async () => {
    const counts = [];
    for (const nops of [0, 1, 100, 100]) {
      const sources = bodied(`out[0] = 0; __asm__ volatile(".rept ${nops}\\n nop\\n .endr");`);
      const { instructions } = await measure(core, sources, common);
      counts.push(instructions);
    }
    const [none = []] = counts;
    for (const [i, nops] of [0, 1, 100, 100].entries()) {
      expect(counts[i]).toEqual(none.map((count) => count + nops));
    }
  });

  test("finds the deepest byte of the stack that was written to", async () => {
    const stacks = [];
    for (const words of [64, 256]) {
      const sources = bodied(
        `volatile uint32_t deep[${words}]; for (int i = 0; i < ${words}; i++) { deep[i] = 1u; } out[0] = (int8_t)deep[in[0] & 3];`,
      );
      stacks.push((await measure(core, sources, common)).ram.stack);
    }
    const [shallow = 0, deep = 0] = stacks;
    expect(deep - shallow).toBe(4 * (256 - 64));
    expect(shallow).toBeGreaterThanOrEqual(4 * 64);
  });
});

describe.each(some)("%s", (core) => {
  test("counts library functions among the model's code, and the harness not", async () => {
    const copying = bodied(
      "static int8_t kept[300]; memmove(kept, &kept[in[0] & 1], 290); out[0] = kept[in[1] & 7];",
      "#include <string.h>",
    );
    const plain = await measure(core, bodied("out[0] = in[0];"), common);
    const withLibrary = await measure(core, copying, common);
    expect(plain.flash.code).toBeLessThanOrEqual(16);
    expect(plain.ram.statics).toBe(0);
    expect(withLibrary.flash.code).toBeGreaterThan(plain.flash.code + 40);
    expect(withLibrary.ram.statics).toBe(300);
  });

  test("a program that never ends is stopped", async () => {
    const sources = bodied("for (;;) { out[0] = 1; }");
    await expect(measure(core, sources, { ...common, timeoutSeconds: 2 })).rejects.toMatchObject({
      code: "tool-timeout",
    });
  });

  test("a program that faults is said to have crashed", async () => {
    const sources = bodied("out[0] = 0; __builtin_trap();");
    await expect(measure(core, sources, common)).rejects.toMatchObject({ code: "device-crashed" });
  });

  test("a model that uses up the stack is refused", async () => {
    const sources = bodied(
      "volatile uint32_t deep[4050]; for (int i = 4049; i >= 0; i--) { deep[i] = 1u; } out[0] = (int8_t)deep[in[0] & 3];",
    );
    await expect(measure(core, sources, common)).rejects.toMatchObject({
      code: expect.stringMatching(/stack-overflow|device-crashed/),
    });
  });

  test("what a compiler says is handed on", async () => {
    await expect(measure(core, bodied("out[0] = 1 +;"), common)).rejects.toMatchObject({
      code: "compiler-error",
      message: expect.stringContaining("expected expression"),
    });
    const { warnings } = await measure(core, bodied("int unused; out[0] = 0;"), common);
    expect(warnings).toContain("unused variable");
  });

  test("a program that is too large is refused, with the bytes it has too many", async () => {
    const sources = bodied(
      "out[0] = large[((uint8_t)in[0] * 20000u) % 5000000u];",
      "static const int8_t large[5000000] = {1};",
    );
    await expect(measure(core, sources, common)).rejects.toMatchObject({
      code: "does-not-fit",
      message: expect.stringMatching(/FLASH' overflowed by [\d]+ bytes/),
    });
  });
});

test.runIf(arm.includes("cortex-m0"))(
  "what is too large for the micro:bit runs as Armv6-M code on a larger board, with the same counts",
  async () => {
    const sized = (bytes: number) =>
      bodied(
        "out[0] = large[(uint8_t)in[0]]; for (int i = 0; i < 50; i++) { out[1] = (int8_t)(out[1] + in[i & 15]); }",
        `static const int8_t large[${bytes}] = {1, 2, 3};`,
      );
    const small = await measure("cortex-m0", sized(1000), common);
    const large = await measure("cortex-m0", sized(300_000), common);
    expect(small.machine).toContain("microbit");
    expect(large.machine).toContain("mps2-an385");
    expect(large.instructions).toEqual(small.instructions);
  },
);

test.runIf(arm.includes("cortex-m55"))("Helium instructions run, and count one each", async () => {
  const body = (repetitions: number) =>
    `const int8x16_t a = vldrbq_s8(in);
     int32_t sum = 0;
     __asm__ volatile(".rept ${repetitions}\\n vmladava.s8 %0, %q1, %q1\\n .endr" : "+Te"(sum) : "w"(a));
     out[0] = (int8_t)(sum & 127);`;
  const counts = [];
  for (const repetitions of [10, 1010]) {
    const sources = bodied(body(repetitions), "#include <arm_mve.h>");
    const { instructions } = await measure("cortex-m55", sources, common);
    counts.push(instructions[0] ?? 0);
  }
  expect((counts[1] ?? 0) - (counts[0] ?? 0)).toBe(1000);
});

test("an interface with several operands and an arena calls with all of them", async () => {
  const [core] = availableCores;
  if (core === undefined) return;
  const several: ModelInterface = {
    ...model,
    inputs: [
      { type: "int16_t", elements: 2 },
      { type: "float", elements: 1 },
    ],
    outputs: [
      { type: "int8_t", elements: 1 },
      { type: "int32_t", elements: 1 },
    ],
    arenaBytes: 64,
  };
  const text = `#include "stub.h"
void smg_stub_run(const int16_t a[2], const float b[1], int8_t c[1], int32_t d[1], void *arena)
{
  *(int32_t *)arena = (int32_t)b[0];
  c[0] = (int8_t)(a[0] + a[1]);
  d[0] = *(int32_t *)arena + (int32_t)((uintptr_t)arena & 15u);
}
`;
  const header = `#include <stdint.h>\nvoid smg_stub_run(const int16_t a[2], const float b[1], int8_t c[1], int32_t d[1], void *arena);\n`;
  const sources = [
    { path: "stub.c", text },
    { path: "stub.h", text: header },
  ];
  const sample = new Uint8Array(8);
  new DataView(sample.buffer).setInt16(0, 5, true);
  new DataView(sample.buffer).setInt16(2, -9, true);
  new DataView(sample.buffer).setFloat32(4, 1000, true);
  const { outputs, ram } = await measure(core, sources, {
    ...common,
    model: several,
    samples: [sample],
  });
  expect([...(outputs[0] ?? [])]).toEqual([252, 232, 3, 0, 0]);
  expect(ram).toMatchObject({ statics: 64, arena: 64 });
});
