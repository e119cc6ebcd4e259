import { describe, expect, test } from "vitest";
import { opSchemes, opSchemesOf, type Scheme } from "@smidgen/quantize";
import { studyNetwork } from "./networks.ts";

/** conv-2d "conv", max-pool-2d "pool", reshape "flatten", dense "dense" and "dense_1/linear", softmax "dense_1" */
const graph = studyNetwork();
const schemesOf = (operators: Scheme["operators"]) =>
  opSchemesOf(graph, { default: "int8", operators: operators ?? {} }).join(" ");

describe("an operator's scheme", () => {
  test.each<[what: string, operators: NonNullable<Scheme["operators"]>, expected: string]>([
    ["nothing named", {}, "int8 int8 int8 int8 int8 int8"],
    ["a kind", { "fully-connected": "int4" }, "int8 int8 int8 int4 int4 int8"],
    ["a name", { dense: "int16x8" }, "int8 int8 int8 int16x8 int8 int8"],
    ["any characters", { "dense*": "float32" }, "int8 int8 int8 float32 float32 float32"],
    ["one character", { "dense_?": "float32" }, "int8 int8 int8 int8 int8 float32"],
    [
      "the last of several patterns",
      { "*": "int4", "conv*": "int8" },
      "int8 int4 int4 int4 int4 int4",
    ],
    ["a name before any pattern", { dense: "int8", "*": "int4" }, "int4 int4 int4 int8 int4 int4"],
    [
      "characters that mean something elsewhere",
      { "dense_1/l?n*": "int4" },
      "int8 int8 int8 int8 int4 int8",
    ],
  ])("by %s", (_, operators, expected) => {
    expect(schemesOf(operators)).toBe(expected);
  });

  test("a name may look like a pattern, or like a number", () => {
    const tensors = graph.tensors.map((tensor) => {
      if (tensor.name === "conv") return { ...tensor, name: "a[*](+)" };
      return tensor.name === "dense" ? { ...tensor, name: "7" } : tensor;
    });
    const operators = { "a[*](+)": "int4", "7": "int16x8", "*": "float32" } as const;
    expect(opSchemesOf({ ...graph, tensors }, { default: "int8", operators }).slice(0, 4)).toEqual([
      "int4",
      "float32",
      "float32",
      "int16x8",
    ]);
  });

  test("patterns that name nothing are reported together", () => {
    expect(() => schemesOf({ "con?": "int4", lstm: "int8", "den?": "int4" })).toThrow(
      expect.objectContaining({
        code: "unmatched-pattern",
        message: expect.stringMatching(/:\n- "lstm"\n- "den\?"$/),
      }),
    );
  });

  test("words that are no scheme are reported together, with those that are", () => {
    const scheme = { default: "int9", operators: { conv: "int8", dense: "uint8" } };
    expect(() => opSchemesOf(graph, scheme as unknown as Scheme)).toThrow(
      expect.objectContaining({
        code: "unknown-scheme",
        message: expect.stringMatching(/- "default": "int9"\n- "dense": "uint8"$/),
        hint: expect.stringContaining(opSchemes.join(", ")),
      }),
    );
  });
});
