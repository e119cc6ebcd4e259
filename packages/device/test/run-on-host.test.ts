import { runOnHost } from "@smidgen/device";
import { describe, expect, test } from "vitest";
import { sanitizingCompilers, toolchains } from "./available.ts";
import { stubInterface, stubOutput, stubSamples, stubSources } from "./stub-model.ts";

const common = {
  toolchains,
  model: stubInterface,
  optimization: "-O2",
  samples: stubSamples,
  sanitize: true,
} as const;

function changed(from: string, to: string) {
  return stubSources.map(({ path, text }) => ({ path, text: text.replace(from, to) }));
}

describe.each(sanitizingCompilers)("%s", (compiler) => {
  test.each([false, true])(
    "computes what the C says, with operands at odd addresses: %s",
    async (skewed) => {
      const { outputs, warnings } = await runOnHost(stubSources, { ...common, compiler, skewed });
      expect(outputs).toEqual(stubSamples.map(stubOutput));
      expect(warnings).toBe("");
    },
  );

  test.each([
    ["an access past the end", "scratch[i] = in[i]", "scratch[i + (in[0] == 0)] = in[i]"],
    ["an overflow", "sum &= 255", "sum += 0x7fffffff; sum += 0x7fffffff; sum &= 255"],
  ])("a sanitizer finds %s", async (_, from, to) => {
    await expect(runOnHost(changed(from, to), { ...common, compiler })).rejects.toMatchObject({
      code: "device-crashed",
      message: expect.stringMatching(/runtime error|AddressSanitizer/),
    });
  });
});
