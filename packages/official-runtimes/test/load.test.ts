import { expect, test } from "vitest";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/official-runtimes";
import { resolveOptional } from "../src/official-runtime.ts";

test.each([
  ["TensorFlow Lite", loadTfliteRuntime],
  ["LiteRT", loadLiteRt],
] as const)(
  "%s says in its own words why it does not take bytes that are no model",
  async (_, load) => {
    await expect(load(new Uint8Array(64))).rejects.toMatchObject({ code: "model-rejected" });
  },
);

test("a runtime that is not installed is named, with the command that installs it", () => {
  expect(() => resolveOptional("@smidgen/not-there", "@smidgen/not-there")).toThrow(
    expect.objectContaining({
      code: "runtime-not-installed",
      hint: "npm install --save-dev --legacy-peer-deps @smidgen/not-there",
    }),
  );
});
