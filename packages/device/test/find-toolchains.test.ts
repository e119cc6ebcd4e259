import { findToolchains, installHint, missingFor, tools } from "@smidgen/device";
import { requireTools } from "../src/find-toolchains.ts";
import { afterEach, describe, expect, test, vi } from "vitest";

afterEach(() => vi.unstubAllEnvs());

describe("on a machine without any tool", () => {
  test("each is named as missing, and so is what it takes to install it", async () => {
    vi.stubEnv("PATH", "/nonexistent");
    const toolchains = await findToolchains();
    for (const { name, version, problem } of Object.values(toolchains)) {
      expect(version).toBeUndefined();
      expect(problem).toBe(`${name} was not found`);
    }
    const missing = missingFor("cortex-m4", toolchains);
    expect(missing.map(({ name }) => name)).toEqual(["arm-none-eabi-gcc", "qemu-system-arm"]);
    expect(() => requireTools(missing, "measuring", "darwin")).toThrow(
      expect.objectContaining({
        code: "missing-tool",
        message:
          "measuring cannot be done: arm-none-eabi-gcc was not found; qemu-system-arm was not found",
        hint: "Install what is missing: brew install --cask gcc-arm-embedded; brew install qemu",
      }),
    );
  });
});

test("an installation hint names a command once", () => {
  const both = [tools["qemu-system-arm"], tools["qemu-system-riscv32"]];
  expect(installHint(both, "darwin")).toBe("Install what is missing: brew install qemu");
  expect(installHint(both, "linux")).toContain("apt-get install qemu-system-misc");
});
