import path from "node:path";
import { generateC } from "@smidgen/codegen";
import { estimate, measure, modelInterface } from "@smidgen/device";
import { goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { describe, expect, test } from "vitest";
import { availableCores, toolchains } from "./available.ts";

const models = goldenModels(path.join(import.meta.dirname, "../../runtime/test/golden")).filter(
  ({ name }) => name === "s_cnn_c8_p_16_10" || name === "s_mlp_784_28_10",
);

describe.each(models)("an estimate for $name", ({ model: bytes, name }) => {
  const graph = readTflite(bytes, { name });
  const sources = generateC(graph, { name: "model" });

  test("knows the weights", () => {
    const weights = graph.tensors.reduce((sum, { data }) => sum + (data?.byteLength ?? 0), 0);
    const { constants } = estimate("cortex-m4", sources);
    expect(constants).toBeGreaterThanOrEqual(weights - 16);
    expect(constants).toBeLessThan(weights + 2000);
  });

  test.each(availableCores.filter((core) => /-m0|-m4|riscv/.test(core)))(
    "is near to what is measured on %s",
    async (core) => {
      const estimated = estimate(core, sources);
      const model = modelInterface(graph, { name: "model" });
      const samples = [new Uint8Array(784)];
      const { flash, ram } = await measure(core, sources, {
        toolchains,
        model,
        optimization: "-O2",
        samples,
      });
      expect(estimated.code).toBeGreaterThan(flash.code / 2);
      expect(estimated.code).toBeLessThan(flash.code * 2);
      expect(flash.constants - estimated.constants).toBeGreaterThanOrEqual(0);
      expect(flash.constants - estimated.constants).toBeLessThan(600);
      expect(ram.statics - estimated.statics).toBeGreaterThanOrEqual(0);
      expect(ram.statics - estimated.statics).toBeLessThan(16);
    },
  );
});
